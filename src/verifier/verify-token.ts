import type { AdmittedToken } from './admit-token.ts'
import type { CheckBinding } from './bindings/check-binding.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { checkDemands } from './check-demands.ts'
import { checkTimes } from './check-times.ts'
import { VerifierError } from './errors.ts'
import type { KeySource } from './keys/key-source.ts'
import type { RevocationChecker } from './revocation/revocation-checker.ts'
import type { Settings } from './settings.ts'
import type { VerifiedToken, VerifyOptions } from './verifier.ts'

/** One token's way through all checks. What never changes about it is kept; everything else is asked each time. */

export interface VerifyTokenOptions {
  settings: Settings
  keys: KeySource
  revocation: RevocationChecker
  admit: (token: string) => AdmittedToken | Promise<AdmittedToken>
  checkBinding: CheckBinding
  count: (name: 'verified' | 'cached') => void
}

const noDemands: VerifyOptions = {}

/** Throws, or rejects with, VerifierError. Waits for nothing that is there already: each wait would cost as much as a check. */
export function createVerifyToken({ settings, keys, revocation, admit, checkBinding, count }: VerifyTokenOptions) {
  const { clock, clockTolerance: tolerance } = settings
  // By the exact text, of which there is one spelling; never by jti, which anybody can write into a token of their own.
  const admitted = createBoundedCache<AdmittedToken>(settings.cacheSize)

  async function admitAnew(token: string): Promise<AdmittedToken> {
    const added = await admit(token)
    count('verified')
    admitted.set(token, added)
    return added
  }

  /** Undefined for a token that is new, or whose key is the issuer's no more. */
  function recall(token: string): AdmittedToken | undefined | Promise<AdmittedToken | undefined> {
    const known = admitted.get(token)
    if (known === undefined) return undefined
    const key = keys.find(known.key.kid)
    if (key instanceof Promise) return key.then(found => found === known.key ? known : undefined)
    return key === known.key ? known : undefined
  }

  return async (token: string, asked: VerifyOptions = noDemands): Promise<VerifiedToken> => {
    if (typeof token !== 'string' || token === '') throw new VerifierError('token_missing', 'There is no token.')
    const recalled = recall(token)
    const known = recalled instanceof Promise ? await recalled : recalled
    if (known !== undefined) count('cached')
    const current = known ?? await admitAnew(token)
    const now = clock.now()
    checkTimes(current.claims, { now, tolerance })
    const proof = checkBinding(current, asked.request)
    if (proof !== undefined) await proof
    const checked = revocation.check(current.prepared, asked)
    const state = checked instanceof Promise ? await checked : checked
    if (state === 'revoked') throw new VerifierError('token_revoked', 'The token has been revoked.')
    checkDemands(current, { scope: asked.scope, acrValues: asked.acrValues, maxAge: asked.maxAge, now, tolerance })
    return state === 'good' ? current.good : current.unchecked
  }
}
