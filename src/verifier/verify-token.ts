import type { AdmittedToken } from './admit-token.ts'
import type { CheckBinding } from './bindings/check-binding.ts'
import { createBoundedCache } from './bounded-cache.ts'
import { checkAsked } from './check-asked.ts'
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

/** A number out of the signature, near its end: of the last characters one may have few values. */
function numberOf(token: string): number {
  let number = 0
  for (let at = token.length - 9; at < token.length - 2; at++) number = Math.imul(number, 61) + token.charCodeAt(at) | 0
  return number
}

/** Rejects with VerifierError, and with TypeError for what cannot be asked. Waits for nothing that is there already: each wait would cost as much as a check. */
export function createVerifyToken({ settings, keys, revocation, admit, checkBinding, count }: VerifyTokenOptions) {
  const { clock, clockTolerance: tolerance } = settings
  // By a number out of the signature, which is quicker to look up than the text; what is found has to be the exact text. Never
  // by jti, which anybody can write into a token of their own.
  const admitted = createBoundedCache<AdmittedToken, number>(settings.cacheSize)

  function keep(added: AdmittedToken): void {
    count('verified')
    admitted.set(numberOf(added.token), added)
  }

  /** Undefined for a token that is new, or whose key is the issuer's no more. */
  function recall(token: string): AdmittedToken | undefined | Promise<AdmittedToken | undefined> {
    const known = admitted.get(numberOf(token))
    if (known?.token !== token) return undefined
    const key = keys.find(known.key.kid)
    if (key instanceof Promise) return key.then(found => found === known.key ? known : undefined)
    return key === known.key ? known : undefined
  }

  return async (token: string, asked: VerifyOptions = noDemands): Promise<VerifiedToken> => {
    // Before the token: what cannot be asked is found in the first test, and not by the first good token.
    checkAsked(asked)
    if (typeof token !== 'string' || token === '') throw new VerifierError('token_missing', 'There is no token.')
    const recalled = recall(token)
    const known = recalled instanceof Promise ? await recalled : recalled
    const added = known ?? admit(token)
    const current = added instanceof Promise ? await added : added
    if (known === undefined) keep(current)
    else count('cached')
    const now = clock.now()
    checkTimes(current.claims, { now, tolerance })
    const proof = checkBinding(current, asked.request)
    if (proof !== undefined) await proof
    const checked = revocation.check(current.prepared, asked)
    const state = checked instanceof Promise ? await checked : checked
    if (state === 'revoked') throw new VerifierError('token_revoked', 'The token has been revoked.')
    checkDemands(current, { scope: asked.scope, acrValues: asked.acrValues, maxAge: asked.maxAge, now, tolerance })
    return resultOf(current, state)
  }
}

/** Its parts are frozen, because they are handed out again; it is not, which would cost more than to make it anew. */
function resultOf({ claims, header, scopes, bindings }: AdmittedToken, revocation: 'good' | 'unchecked'): VerifiedToken {
  // By its length: V8 is slow to find nothing beyond the end of a frozen list.
  return { claims, header, scopes, revocation, binding: bindings.length === 0 ? undefined : bindings[0] }
}
