import type { VerifierClock, VerifierFetch } from '../../options.ts'
import { orAborted } from '../../or-aborted.ts'
import { readBodyJson } from './read-body.ts'
import { UnexpectedAnswer } from './unexpected-answer.ts'
import { withWatchdog } from './watchdog.ts'

/** The access token with which the service is asked. */
export interface ClientToken {
  /** The one there is, or a new one; whoever comes while it is fetched shares it. */
  get(): Promise<string>
  /** The service does not take this one any more. */
  forget(token: string): void
}

export interface ClientTokenOptions {
  /** Of the service, without a slash at its end. */
  url: string
  clientId: string
  clientSecret: string
  fetch: VerifierFetch
  clock: Pick<VerifierClock, 'monotonic'>
  signal: AbortSignal
}

const timeout = 5000
const maxAnswer = 65_536

export function createClientToken(options: ClientTokenOptions): ClientToken {
  let held: { token: string; until: number } | undefined
  let fetching: Promise<string> | undefined

  async function fetchToken(): Promise<string> {
    const sentAt = options.clock.monotonic()
    const { token, lifetime } = await withWatchdog({ silence: timeout, signal: options.signal }, signal => requestToken({ ...options, signal }))
    // Given up a little before its end, so that it does not expire on its way.
    held = { token, until: sentAt + lifetime * 1000 - Math.min(30_000, lifetime * 100) }
    return token
  }

  return {
    async get() {
      if (held !== undefined && options.clock.monotonic() < held.until) return held.token
      fetching ??= fetchToken().finally(() => { fetching = undefined })
      return fetching
    },
    forget(token) {
      if (held?.token === token) held = undefined
    }
  }
}

async function requestToken(options: ClientTokenOptions): Promise<{ token: string; lifetime: number }> {
  const { url, clientId, clientSecret, fetch, signal } = options
  const response = await orAborted(fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      'authorization': basic(clientId, clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
      'accept': 'application/json'
    },
    body: 'grant_type=client_credentials&scope=revocations%3Aread',
    redirect: 'manual',
    signal
  }), signal)
  if (response.status !== 200) throw new UnexpectedAnswer('the request for an access token', response)
  const { access_token: token, expires_in: lifetime } = await readBodyJson(response, maxAnswer, signal)
  if (typeof token !== 'string' || typeof lifetime !== 'number') throw new Error('the token endpoint answered without a token')
  return { token, lifetime }
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are put together. */
function basic(clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map(part => new URLSearchParams({ part }).toString().slice('part='.length))
  return `Basic ${btoa(`${id}:${secret}`)}`
}
