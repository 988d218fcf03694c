import { LRUCache } from 'lru-cache'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { OutboundFetch } from '../ports/outbound-fetch.ts'
import { usableKeys, type PublicJwk } from '../protocol/client-jwks.ts'
import type { Client } from '../stores/clients.ts'

/**
 * The public keys of a client: those it was registered with, or those that its `jwks_uri` publishes. The latter are
 * remembered, and fetched again when they grow old or an assertion names a key that is not among them, but never more
 * often than the cool-down allows: whoever knows a client's id can make us ask.
 */
export interface ClientKeys {
  /** Those with that `kid`, or all of them where the assertion names none. */
  find(client: Client, kid: string | undefined): Promise<readonly PublicJwk[]>
}

export interface ClientKeysOptions {
  fetch: OutboundFetch
  clock: Clock
  log: Log
}

/** Seconds. */
const maxAge = 600
const coolDown = 30
/** While the client's server is away, for so long its last keys stand. */
const maxStaleness = 86_400
const maxSets = 1000

/** Where a client publishes its keys. */
interface Source {
  uri: string
  /** The client registered itself. */
  isForStranger: boolean
}

interface KeySet {
  keys: readonly PublicJwk[]
  /** Monotonic milliseconds; undefined before the first success. */
  fetchedAt: number | undefined
  triedAt: number
  /** The fetch that is under way, for all who come meanwhile. */
  fetching: Promise<void> | undefined
}

export function createClientKeys({ fetch, clock, log }: ClientKeysOptions): ClientKeys {
  const sets = new LRUCache<string, KeySet>({ max: maxSets })
  const since = (time: number | undefined): number => time === undefined ? Infinity : (clock.monotonic() - time) / 1000

  async function load({ uri, isForStranger }: Source, set: KeySet): Promise<void> {
    set.triedAt = clock.monotonic()
    try {
      const { status, body } = await fetch(uri, { headers: { accept: 'application/jwk-set+json, application/json' }, isForStranger })
      if (status !== 200) throw new Error(`answered ${status}`)
      set.keys = usableKeys(JSON.parse(body))
      set.fetchedAt = set.triedAt
    } catch (error) {
      log.info({ err: error as Error, host: new URL(uri).host }, 'the keys of a client could not be fetched')
    } finally {
      set.fetching = undefined
    }
  }

  async function fetched(source: Source, kid: string | undefined): Promise<readonly PublicJwk[]> {
    // What a stranger may not ask for, it does not get from our memory either.
    const name = `${source.isForStranger ? 'stranger' : 'client'} ${source.uri}`
    const set = sets.get(name) ?? { keys: [], fetchedAt: undefined, triedAt: -Infinity, fetching: undefined }
    sets.set(name, set)
    const isEnough = since(set.fetchedAt) <= maxAge && withKid(set.keys, kid).length > 0
    if (!isEnough && since(set.triedAt) >= coolDown) set.fetching ??= load(source, set)
    if (!isEnough) await set.fetching
    return since(set.fetchedAt) <= maxStaleness ? set.keys : []
  }

  return {
    async find({ profile: { jwks, jwksUri: uri }, registrationTokenHash }, kid) {
      if (jwks !== undefined) return withKid(usableKeys(jwks), kid)
      return uri === undefined ? [] : withKid(await fetched({ uri, isForStranger: registrationTokenHash !== undefined }, kid), kid)
    }
  }
}

function withKid(keys: readonly PublicJwk[], kid: string | undefined): readonly PublicJwk[] {
  return kid === undefined ? keys : keys.filter(key => key['kid'] === kid)
}
