import { VerifierError } from '../errors.ts'
import type { Platform } from '../platform.ts'
import type { AccessTokenClaims, PresentedRequest, TokenBinding } from '../verifier.ts'
import type { CheckDpop } from './check-dpop.ts'
import { readThumbprint } from './read-thumbprint.ts'

/** What a token is bound to (`cnf`, RFC 7800), and whether the request that brought it has proved that. */
export interface CheckBinding {
  (bound: BoundToken, request: PresentedRequest | undefined): void | Promise<void>
}

export interface BoundToken {
  token: string
  bindings: readonly TokenBinding[]
}

const unbound: readonly TokenBinding[] = Object.freeze([])

/** @throws VerifierError token_invalid for a binding that nobody here can check: to pass over it would be to ignore it */
export function readBindings({ cnf }: AccessTokenClaims): readonly TokenBinding[] {
  if (cnf === undefined) return unbound
  const bindings = Object.entries<unknown>(cnf).map(([name, value]): TokenBinding => {
    const isThumbprint = typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value)
    if (isThumbprint && name === 'jkt') return Object.freeze({ kind: 'dpop', jkt: value })
    if (isThumbprint && name === 'x5t#S256') return Object.freeze({ kind: 'mtls', thumbprint: value })
    throw new VerifierError('token_invalid', 'The token is bound (cnf) in a way that cannot be checked.')
  })
  if (bindings.length === 0) throw new VerifierError('token_invalid', 'The token\'s cnf is empty.')
  return Object.freeze(bindings)
}

/** The check throws, or rejects with, VerifierError binding_missing, binding_invalid or, for the scheme without a binding, token_invalid. */
export function createCheckBinding(checkDpop: CheckDpop, platform: Platform): CheckBinding {
  return ({ token, bindings }, request) => {
    if (bindings.length === 0 && request === undefined) return
    // RFC 9449 §7.1: the fault is the token's, whatever the proof is like.
    if (request?.scheme?.toLowerCase() === 'dpop' && !bindings.some(({ kind }) => kind === 'dpop')) {
      throw new VerifierError('token_invalid', 'The scheme is DPoP, and the token is bound to no key.')
    }
    for (const binding of bindings) if (binding.kind === 'mtls') checkCertificate(binding.thumbprint, request, platform)
    for (const binding of bindings) {
      if (binding.kind !== 'dpop') continue
      if (request === undefined) throw new VerifierError('binding_missing', 'The token is bound to a key: give verify the request.', { binding: 'dpop' })
      return checkDpop(token, binding.jkt, request)
    }
  }
}

/** RFC 8705 §3. */
function checkCertificate(thumbprint: string, request: PresentedRequest | undefined, platform: Platform): void {
  const certificate = request?.clientCertificate
  if (certificate === undefined) {
    throw new VerifierError('binding_missing', 'The token is bound to a client certificate, and none came with it.', { binding: 'mtls' })
  }
  if (readThumbprint(certificate, platform) !== thumbprint) {
    throw new VerifierError('binding_invalid', 'The client certificate is not the one the token is bound to.', { binding: 'mtls' })
  }
}
