import { createHeaderCache, type Header } from './header-cache.ts'
import { cutCompactToken, isCompactToken, type CompactToken } from './compact-token.ts'
import { readBindings, type BoundToken } from './bindings/check-binding.ts'
import { VerifierError } from './errors.ts'
import { isKid, type TrustedKey } from './keys/key-set.ts'
import type { KeySource } from './keys/key-source.ts'
import type { Platform } from './platform.ts'
import { readClaims } from './read-claims.ts'
import { readHeader } from './read-header.ts'
import type { PreparedToken, RevocationChecker } from './revocation/revocation-checker.ts'
import type { Settings } from './settings.ts'
import { createScopeLists } from './scope-lists.ts'
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
  header: VerifiedToken['header']
  prepared: PreparedToken
}

export interface AdmitOptions {
  settings: Settings
  platform: Platform
  keys: KeySource
  revocation: Pick<RevocationChecker, 'prepare'>
}

const maxDepth = 8
/** Characters: several times what an issuer's takes. Nobody has signed a header yet when it is read. */
const maxHeader = 2048

/** Throws, or rejects with, VerifierError. */
export function createAdmitToken({ settings, platform, keys, revocation }: AdmitOptions) {
  const headers = createHeaderCache()
  const listScopes = createScopeLists()
  const rules = { typ: 'at+jwt', algorithms: settings.algorithms }

  function readTokenHeader(compact: CompactToken): Header {
    const { token, headerLength } = demandSpelling(compact)
    if (headerLength > maxHeader) throw new VerifierError('token_invalid', 'The header is longer than any of the issuer\'s.')
    const value = parse(platform, token.slice(0, headerLength))
    const header = readHeader(value, rules)
    if (!isKid(value['kid'])) throw new VerifierError('token_invalid', 'The header\'s kid is not a name.')
    return Object.freeze({ ...header, kid: value['kid'] })
  }

  function finish({ compact, header, key, isSigned }: JudgedSignature): AdmittedToken {
    if (!isSigned && demandSpelling(compact)) throw new VerifierError('token_invalid', 'The signature is wrong.')
    // Only what the issuer has signed is kept, so that nobody else can fill the space.
    headers.keep(compact, header)
    const claims = readClaims(parse(platform, compact.token.slice(compact.headerLength + 1, compact.signedLength)), settings)
    const prepared = revocation.prepare({ kid: header.kid, claims })
    const scopes = listScopes(claims.scope ?? '')
    const bindings = readBindings(claims)
    return { token: compact.token, header, key, claims, scopes, bindings, prepared }
  }

  function verify(compact: CompactToken, header: Header, key: TrustedKey | undefined): AdmittedToken | Promise<AdmittedToken> {
    // One key, one algorithm, and never the one that a token asks for (RFC 8725bis §3.1).
    if (key === undefined || key.algorithm !== header.alg) {
      demandSpelling(compact)
      throw new VerifierError('token_invalid', 'The kid names no key of the issuer\'s that is for this algorithm.')
    }
    const isSigned = key.open.verify(compact)
    if (typeof isSigned === 'boolean') return finish({ compact, header, key, isSigned })
    return isSigned.then(signed => finish({ compact, header, key, isSigned: signed }))
  }

  return (token: string): AdmittedToken | Promise<AdmittedToken> => {
    const compact = cutCompactToken(token, settings.maxTokenLength)
    if (compact === undefined) throw malformed()
    const header = headers.find(compact) ?? readTokenHeader(compact)
    const key = keys.find(header.kid)
    return key instanceof Promise ? key.then(found => verify(compact, header, found)) : verify(compact, header, key)
  }
}

function parse({ decodeText }: Pick<Platform, 'decodeText'>, segment: string): Record<string, unknown> {
  const value = parseStrictJson(decodeText(segment), maxDepth)
  if (value === undefined) throw new VerifierError('token_malformed', 'A part of the token is not one unambiguous object in JSON.')
  return value
}

/** Of what nobody has signed: a good signature is proof of the spelling. */
function demandSpelling(compact: CompactToken): CompactToken {
  if (!isCompactToken(compact)) throw malformed()
  return compact
}

function malformed(): VerifierError {
  return new VerifierError('token_malformed', 'The token is not a JWS in compact form, or too long.')
}

interface JudgedSignature {
  compact: CompactToken
  header: Header
  key: TrustedKey
  isSigned: boolean
}
