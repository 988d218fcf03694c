import fastifyRateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { sha256Text } from '../../protocol/sha256.ts'
import type { CounterStore } from '../../stores/counters.ts'
import { clientAddress } from '../client-address.ts'

/**
 * Limits per client address for the routes that ask for one with `limitPerIp`. IPv6 counts by /64, an
 * IPv4-mapped address as IPv4. Whose address that is, is Fastify's `trustProxy`.
 */
export async function registerRateLimit(app: FastifyInstance, counters: CounterStore): Promise<void> {
  await app.register(fastifyRateLimit, {
    global: false,
    keyGenerator: addressOf,
    store: storeOver(counters),
    // How near a guesser is to the limit is not the guesser's business.
    addHeaders: { ...silent, 'retry-after': true },
    addHeadersOnExceeding: silent,
    errorResponseBuilder: (request, { ttl }) => new CountersignError('rate_limited', {
      reason: `rate-limit/${routeName(request)}`,
      retryAfter: Math.max(1, Math.ceil(ttl / 1000))
    })
  })
}

/** The attempt succeeded and does not count against its address: users behind one address do not lock each other out. */
export async function giveBackAttempt(request: FastifyRequest, counters: CounterStore): Promise<void> {
  await counters.giveBack(prefixOf(request.routeOptions.url) + addressOf(request))
}

/** A digest: addresses of people do not lie about in Redis in clear. */
export function addressOf(request: FastifyRequest): string {
  return sha256Text(clientAddress(request.ip))
}

const prefixOf = (url: string | undefined): string => `address:${url ?? ''}:`

/** A route's `config`: at most `max` requests per address in `windowSeconds`. */
export function limitPerIp(max: number, windowSeconds: number) {
  return { rateLimit: { max, timeWindow: windowSeconds * 1000 } }
}

const silent = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }

interface RouteParams {
  routeInfo?: { url: string }
}

/** Milliseconds, as the plugin counts. */
type StoreIncrement = [
  key: string,
  callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
  windowMilliseconds: number,
  max: number
]

/** The plugin asks for a class, and derives one store per route with `child`. */
function storeOver(counters: CounterStore) {
  return class RouteStore {
    readonly #prefix: string

    constructor(params: object) {
      this.#prefix = prefixOf((params as RouteParams).routeInfo?.url)
    }

    incr(...[key, callback, windowMilliseconds, max]: StoreIncrement): void {
      counters.reserve(this.#prefix + key, max, windowMilliseconds / 1000).then(
        ({ allowed, count, resetsIn }) =>
          callback(null, { current: allowed ? count : max + 1, ttl: resetsIn * 1000 }),
        (error: Error) => callback(error)
      )
    }

    child(params: object): RouteStore {
      return new RouteStore(params)
    }
  }
}

/** `/api/auth/sessions/:id` is `api-auth-sessions-id`. */
function routeName(request: FastifyRequest): string {
  const url = request.routeOptions.url ?? 'unknown'
  return url.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase()
}
