import type { AlgorithmName } from '../algorithms.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import { VerifierError } from '../errors.ts'
import type { OpenKey, Platform } from '../platform.ts'
import type { PresentedRequest } from '../verifier.ts'
import { normaliseUrl } from './normalise-url.ts'
import { readDpopProof, refusal, type DpopProof } from './read-dpop-proof.ts'
import type { ReplayGuard } from './replay-guard.ts'

/** Whether a request proves that its sender holds the key a token is bound to: everything of RFC 9449 §4.3. */
export type CheckDpop = (token: string, jkt: string, request: PresentedRequest) => void | Promise<void>

export interface CheckDpopOptions {
  platform: Platform
  algorithms: readonly AlgorithmName[]
  replays: ReplayGuard
  /** Milliseconds since 1970. */
  now: () => number
  /** Seconds. */
  maxAge: number
  tolerance: number
  maxLength: number
}

/** What is opened once: a client proves with the same key again and again. */
const keysKept = 1000

/** The check throws, or rejects with, VerifierError binding_missing or binding_invalid. */
export function createCheckDpop(options: CheckDpopOptions): CheckDpop {
  const { platform, replays } = options
  const openKeys = createBoundedCache<OpenKey>(keysKept)

  function openKeyOf({ thumbprint, algorithm, jwk }: DpopProof): OpenKey {
    const id = `${algorithm} ${thumbprint}`
    const known = openKeys.get(id)
    if (known !== undefined) return known
    try {
      const opened = platform.openKey(jwk, algorithm)
      openKeys.set(id, opened)
      return opened
    } catch {
      throw refusal('holds no key that works')
    }
  }

  function finish(isSigned: boolean, { claims, thumbprint }: DpopProof): void {
    if (!isSigned) throw refusal('is not signed with its key')
    // Last, so that nothing but a good proof is used up.
    if (!replays.use(`${thumbprint} ${String(claims['jti'])}`, claims['iat'] as number)) throw refusal('was used before, or may have been')
  }

  return (token, jkt, request) => {
    const proof = readDpopProof(readOnlyHeader(request), options)
    if (proof.thumbprint !== jkt) throw refusal('is of another key than the token is bound to')
    checkProofClaims(proof.claims, { token, request }, options)
    const isSigned = openKeyOf(proof).verify(proof.compact)
    return isSigned instanceof Promise ? isSigned.then(signed => finish(signed, proof)) : finish(isSigned, proof)
  }
}

function readOnlyHeader({ dpop, scheme }: PresentedRequest): string {
  // RFC 9449 §7.1: as a bearer token it would serve whoever stole it.
  if (scheme !== undefined && scheme.toLowerCase() !== 'dpop') {
    throw missing('it has to come with the scheme DPoP and a proof')
  }
  const all = typeof dpop === 'string' ? [dpop] : dpop ?? []
  if (all.length === 0) throw missing('no DPoP proof came with it')
  if (all.length > 1) throw refusal('came more than once')
  return all[0]!
}

function missing(what: string): VerifierError {
  return new VerifierError('binding_missing', `The token is bound to a key: ${what}.`, { binding: 'dpop' })
}

function checkProofClaims(
  claims: Record<string, unknown>, { token, request }: { token: string; request: PresentedRequest }, options: CheckDpopOptions
): void {
  const { jti, htm, htu, iat, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) throw refusal('has no jti of 1 to 256 characters')
  if (htm !== request.method) throw refusal('is for another method')
  const url = normaliseUrl(request.url)
  if (url === undefined) throw refusal('cannot be compared with the request, whose URL is not a whole one')
  if (typeof htu !== 'string' || normaliseUrl(htu) !== url) throw refusal('is for another URL')
  const { platform, now, maxAge, tolerance } = options
  const seconds = now() / 1000
  if (typeof iat !== 'number' || iat > seconds + tolerance || iat < seconds - maxAge - tolerance) {
    throw refusal('was not made just now')
  }
  const digest = platform.encodeBase64url(platform.sha256(new TextEncoder().encode(token)))
  if (ath !== digest) throw refusal('is for another token')
}
