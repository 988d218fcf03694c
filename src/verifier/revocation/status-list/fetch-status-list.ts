import type { VerifierClock } from '../../options.ts'
import { orAborted } from '../../or-aborted.ts'
import { readBodyText } from '../issuer/read-body.ts'
import type { RevocationContext } from '../revocation-context.ts'
import { FaultyStatusList, readStatusList, type StatusList } from './status-list.ts'
import { UnexpectedAnswer } from '../issuer/unexpected-answer.ts'
import { withWatchdog } from '../issuer/watchdog.ts'

export interface FetchedStatusList {
  list: StatusList
  /** Monotonic milliseconds, of the moment before it was asked for. */
  askedAt: number
  /** The same, of the moment when the service was asked: earlier where a cache on the way has answered. */
  currentAt: number
}

export interface StatusListFetching extends Pick<RevocationContext, 'fetch' | 'issuer' | 'verifySigned'> {
  clock: VerifierClock
  /** Where the issuer's URLs are reached. */
  url: string
  signal: AbortSignal
}

const mediaType = 'application/statuslist+jwt'
const timeout = 2000
const maxAnswer = 8 * 1024 * 1024

/** Throws `FaultyStatusList` for a list that is not to be believed, and something else for one that cannot be had. */
export function fetchStatusList(uri: string, options: StatusListFetching): Promise<FetchedStatusList> {
  return withWatchdog({ silence: timeout, signal: options.signal }, signal => fetchWithin(uri, { ...options, signal }))
}

async function fetchWithin(uri: string, options: StatusListFetching): Promise<FetchedStatusList> {
  const { fetch, clock, issuer, url, signal, verifySigned } = options
  const askedAt = clock.monotonic()
  const response = await orAborted(fetch(url + uri.slice(issuer.length), {
    headers: { accept: mediaType },
    // Nobody but the issuer says where its lists are: a redirect is an answer other than 200.
    redirect: 'manual',
    signal
  }), signal)
  if (response.status !== 200) throw new UnexpectedAnswer('the request for a status list', response)
  const isToken = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === mediaType
  const text = await readBodyText(response, maxAnswer, signal)
  if (!isToken) throw new FaultyStatusList(`the status list is not of the type ${mediaType}`)
  const currentAt = askedAt - readAge(response) * 1000
  return { askedAt, currentAt, list: await readStatusList(await verify(text, verifySigned), uri) }
}

/**
 * Seconds in caches (RFC 9111 §5.1). Not by the list's iat: the service gives a list that it signed before for as long as nothing
 * has changed, and its clock is another.
 */
function readAge({ headers }: Response): number {
  // Of two the first; whatever is too large to be meant is very old (§1.2.2).
  return Number(/^\d+/.exec(headers.get('age') ?? '')?.[0] ?? 0)
}

async function verify(text: string, verifySigned: RevocationContext['verifySigned']): Promise<Record<string, unknown>> {
  const claims = await verifySigned(text, 'statuslist+jwt')
  if (claims === undefined) throw new FaultyStatusList('the status list is not signed by the issuer')
  return claims
}
