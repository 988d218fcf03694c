import { VerifierError } from '../../errors.ts'
import type { VerifierClock } from '../../options.ts'
import type { IssuerCaller } from '../issuer/issuer-caller.ts'
import type { LookupClaims } from './lookup-claims.ts'
import { createLookupCache } from './lookup-cache.ts'
import { readBodyJson } from '../issuer/read-body.ts'
import { withWatchdog } from '../issuer/watchdog.ts'

/** Asks the service about single tokens, those of one moment together. */
export interface Lookups {
  /** A promise only where the answer is not known from a moment ago. Rejects with `revocation_unavailable`. */
  ask(claims: LookupClaims): 'good' | 'revoked' | Promise<'good' | 'revoked'>
  /** What was answered before, however long ago: nothing that is revoked comes back. */
  isKnownRevoked(claims: LookupClaims): boolean
}

export interface LookupsOptions {
  caller: IssuerCaller
  clock: Pick<VerifierClock, 'monotonic'>
  /** Seconds for which "not revoked" is believed. */
  cacheLifetime: number
  /** Seconds for an answer. */
  timeout: number
  onResult(result: 'lookups' | 'lookupFailures', batch: AskedBatch): void
  signal: AbortSignal
}

/** Questions that were asked together. */
export interface AskedBatch {
  /** Monotonic milliseconds. */
  at: number
  /** Where they were not answered. */
  error?: unknown
}

interface Question {
  claims: LookupClaims
  resolve(answer: 'good' | 'revoked'): void
  reject(error: unknown): void
}

/** The API's own limit. */
const maxBatch = 1000
/** Beyond it one more is refused at once: a service that does not answer must not fill the memory. */
const maxOpen = 20_000
const maxAnswer = 1024 * 1024

export function createLookups(options: LookupsOptions): Lookups {
  const cache = createLookupCache(options)
  let waiting: Question[] = []
  let open = 0

  function ask(claims: LookupClaims): Promise<'good' | 'revoked'> {
    if (open >= maxOpen) return Promise.reject(unavailable('Too many tokens wait to be looked up.'))
    if (waiting.length === 0) setTimeout(flush, 0)
    open++
    return new Promise<'good' | 'revoked'>((resolve, reject) => waiting.push({ claims, resolve, reject })).finally(() => { open-- })
  }

  function flush(): void {
    const questions = waiting
    waiting = []
    for (let at = 0; at < questions.length; at += maxBatch) void answerAll(questions.slice(at, at + maxBatch))
  }

  async function answerAll(questions: Question[]): Promise<void> {
    const { signal, timeout, clock } = options
    const at = clock.monotonic()
    try {
      const { sentAt, revoked } = await withWatchdog({ silence: timeout * 1000, signal }, limited =>
        lookUp(questions.map(({ claims }) => claims), { ...options, signal: limited }))
      options.onResult('lookups', { at })
      for (const [place, { claims, resolve }] of questions.entries()) {
        cache.keep(claims, { revoked: revoked[place]!, at: sentAt })
        resolve(revoked[place] ? 'revoked' : 'good')
      }
    } catch (error) {
      options.onResult('lookupFailures', { at, error })
      for (const { reject } of questions) reject(unavailable('The service could not be asked whether the token is revoked.', error))
    }
  }

  return {
    ask: claims => cache.find(claims) ?? ask(claims),
    isKnownRevoked: claims => cache.find(claims) === 'revoked'
  }
}

function unavailable(message: string, cause?: unknown): VerifierError {
  return new VerifierError('revocation_unavailable', message, { cause })
}

async function lookUp(
  claims: LookupClaims[], { caller, signal }: Pick<LookupsOptions, 'caller' | 'signal'>
): Promise<{ sentAt: number; revoked: boolean[] }> {
  const { response, sentAt } = await caller.call('/revocations/lookup', {
    method: 'POST', json: { claims }, expected: 200, signal
  })
  const { results } = await readBodyJson(response, maxAnswer, signal)
  if (!Array.isArray(results) || results.length !== claims.length) throw new Error('the lookup answered another number of tokens')
  return { sentAt, revoked: results.map(readRevoked) }
}

/** What cannot be read is not "no". */
function readRevoked(result: unknown): boolean {
  const revoked = (result as { revoked?: unknown } | null)?.revoked
  if (typeof revoked !== 'boolean') throw new Error('the lookup gave an answer that is none')
  return revoked
}
