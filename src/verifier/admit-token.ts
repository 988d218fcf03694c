import { createBoundedCache } from './bounded-cache.ts'
import { splitScopes } from './check-demands.ts'
import { splitCompactToken, type CompactToken } from './compact-token.ts'
import { readBindings, type BoundToken } from './bindings/check-binding.ts'
import { VerifierError } from './errors.ts'
import { isKid, type TrustedKey } from './keys/key-set.ts'
import type { KeySource } from './keys/key-source.ts'
import type { Platform } from './platform.ts'
import { readClaims } from './read-claims.ts'
import { readHeader } from './read-header.ts'
import type { PreparedToken, RevocationChecker } from './revocation/revocation-checker.ts'
import type { Settings } from './settings.ts'
import { parseStrictJson } from './strict-json.ts'
import type { AccessTokenClaims, VerifiedToken } from './verifier.ts'

/**
 * A token that the issuer has signed for this resource server: all that never changes about it. Times, revocation, the key and
 * what the request proves are asked anew at each use.
 */
export interface AdmittedToken extends BoundToken {
  key: TrustedKey
  claims: AccessTokenClaims
  scopes: readonly string[]
  prepared: PreparedToken
  /** The answers that can come of it, ready. */
  good: VerifiedToken
  unchecked: VerifiedToken
}

export interface AdmitOptions {
  settings: Settings
  platform: Platform
  keys: KeySource
  revocation: Pick<RevocationChecker, 'prepare'>
}

type Header = VerifiedToken['header']

const maxDepth = 8
/** Tokens under one key have one header, byte for byte. */
const headersKept = 64

/** Throws, or rejects with, VerifierError. */
export function createAdmitToken({ settings, platform, keys, revocation }: AdmitOptions) {
  const headers = createBoundedCache<Header>(headersKept)
  const rules = { typ: 'at+jwt', algorithms: settings.algorithms }

  const parse = (segment: string): Record<string, unknown> => {
    const value = parseStrictJson(platform.decodeBase64url(segment), maxDepth)
    if (value === undefined) throw new VerifierError('token_malformed', 'A part of the token is not one unambiguous object in JSON.')
    return value
  }

  function readTokenHeader(segment: string): Header {
    const value = parse(segment)
    const header = readHeader(value, rules)
    if (!isKid(value['kid'])) throw new VerifierError('token_invalid', 'The header\'s kid is not a name.')
    return Object.freeze({ ...header, kid: value['kid'] })
  }

  function finish({ compact, header, key, isSigned }: JudgedSignature): AdmittedToken {
    if (!isSigned) throw new VerifierError('token_invalid', 'The signature is wrong.')
    // Only what the issuer has signed is kept, so that nobody else can fill the space.
    headers.set(compact.header, header)
    const claims = freezeDeeply(readClaims(parse(compact.payload), settings))
    const prepared = revocation.prepare({ kid: header.kid, claims })
    const scopes = Object.freeze(splitScopes(claims.scope ?? ''))
    const bindings = Object.freeze(readBindings(claims))
    const result = { claims, header, scopes, binding: bindings[0] }
    return {
      token: compact.token, key, claims, scopes, bindings, prepared,
      good: Object.freeze({ ...result, revocation: 'good' }), unchecked: Object.freeze({ ...result, revocation: 'unchecked' })
    }
  }

  function verify(compact: CompactToken, header: Header, key: TrustedKey | undefined): AdmittedToken | Promise<AdmittedToken> {
    // One key, one algorithm, and never the one that a token asks for (RFC 8725bis §3.1).
    if (key === undefined || key.algorithm !== header.alg) {
      throw new VerifierError('token_invalid', 'The kid names no key of the issuer\'s that is for this algorithm.')
    }
    const isSigned = key.open.verify(compact)
    if (typeof isSigned === 'boolean') return finish({ compact, header, key, isSigned })
    return isSigned.then(signed => finish({ compact, header, key, isSigned: signed }))
  }

  return (token: string): AdmittedToken | Promise<AdmittedToken> => {
    const compact = splitCompactToken(token, settings.maxTokenLength)
    if (compact === undefined) throw new VerifierError('token_malformed', 'The token is not a JWS in compact form, or too long.')
    const header = headers.get(compact.header) ?? readTokenHeader(compact.header)
    const key = keys.find(header.kid)
    return key instanceof Promise ? key.then(found => verify(compact, header, found)) : verify(compact, header, key)
  }
}

interface JudgedSignature {
  compact: CompactToken
  header: Header
  key: TrustedKey
  isSigned: boolean
}

/** It is handed out again: what one request did to it, the next would believe. */
function freezeDeeply<Value extends object>(value: Value): Value {
  for (const name in value) {
    const each = value[name]
    if (typeof each === 'object' && each !== null) freezeDeeply(each)
  }
  return Object.freeze(value)
}
