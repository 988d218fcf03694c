import { VerifierError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { decodeBase64url, isBase64url, readWordOfText } from './decode-base64url.ts'
import { readKey, type RevocationKey } from './revocation-key.ts'
import type { RevocableToken } from '../revocation-checker.ts'

/** What the table is asked for a token: docs/revocation-feed.md says which bytes are the key of which claim. */
export interface TokenKeys {
  /** By kind, in the order of the contract: token, grant, session, user, client, key. */
  keys: ReadonlyArray<RevocationKey | undefined>
  /** What cut-offs are compared with; -1 where the `jti` tells none, which every cut-off covers. */
  number: number
}

const clientJti = /^c\.[A-Za-z0-9_-]{16}\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/

/** Characters: of an identifier's 16 bytes, of the prefix that a subject has before them, of a grant's jti, of a thumbprint. */
const lengths = { identifier: 22, prefix: 4, grantJti: 35, thumbprint: 43 }
const stop = 46

/** A resource server sees few clients and keys, again and again. */
const maxKept = 1000

/** Answers the keys of a token. Throws `token_invalid` for claims that no token of Countersign has. */
export function createReadTokenKeys(sha256: Platform['sha256']): (token: RevocableToken) => TokenKeys {
  const encoder = new TextEncoder()
  const digest = (value: string): RevocationKey => readKey(sha256(encoder.encode(value)), 0)
  const keepDigest = createKept(digest)

  // Its own bits where the value has the shape of what the service makes.
  const idKey = (id: string): RevocationKey => isIdentifier(id, 0) ? identifierKey(id, 0) : keepDigest(id)
  const subKey = (sub: string): RevocationKey => isSubject(sub) ? identifierKey(sub, lengths.prefix) : keepDigest(sub)
  const kidKey = createKept(kid => isThumbprint(kid) ? readKey(decodeBase64url(kid)!, 20) : digest(kid))

  return ({ kid, claims: { jti, grant_id: grantId, sid, sub, client_id: clientId } }) => {
    const isOfGrant = isGrantJti(jti)
    if (grantId !== undefined && !(isOfGrant && grantId.length === lengths.identifier && jti.startsWith(grantId))) {
      throw new VerifierError('token_invalid', 'The token names another grant than its jti does.')
    }
    return {
      number: isOfGrant ? grantNumber(jti) : clientNumber(jti),
      keys: [
        isOfGrant ? tokenKey(jti) : digest(jti),
        grantId === undefined ? undefined : identifierKey(grantId, 0),
        sid === undefined ? undefined : idKey(sid),
        subKey(sub),
        keepDigest(clientId),
        kidKey(kid)
      ]
    }
  }
}

/** Keys of what comes again: to look one up is quicker than to make it, also out of a thumbprint. */
function createKept(make: (value: string) => RevocationKey): (value: string) => RevocationKey {
  const kept = new Map<string, RevocationKey>()
  return value => {
    const known = kept.get(value)
    if (known !== undefined) return known
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!)
    const key = make(value)
    kept.set(value, key)
    return key
  }
}

function isGrantJti(jti: string): boolean {
  return jti.length === lengths.grantJti && jti.charCodeAt(lengths.identifier) === stop &&
    isBase64url(jti, 0, lengths.identifier) && isBase64url(jti, lengths.identifier + 1, lengths.grantJti)
}

function isIdentifier(text: string, start: number): boolean {
  return text.length === start + lengths.identifier && isBase64url(text, start, text.length)
}

function isSubject(sub: string): boolean {
  return (sub.startsWith('usr_') || sub.startsWith('pws_')) && isIdentifier(sub, lengths.prefix)
}

function isThumbprint(kid: string): boolean {
  return kid.length === lengths.thumbprint && isBase64url(kid, 0, kid.length)
}

/** The end of both parts' bytes, one behind the other: three of the grant's, and nine. */
function tokenKey(jti: string): RevocationKey {
  const random = lengths.identifier + 1
  return {
    a: readWordOfText(jti, 16, 0) << 8 | readWordOfText(jti, random, 0) >>> 24,
    b: readWordOfText(jti, random + 1, 2),
    c: readWordOfText(jti, random + 6, 4)
  }
}

/** The last twelve of the sixteen bytes that begin at a character. */
function identifierKey(text: string, start: number): RevocationKey {
  return { a: readWordOfText(text, start + 5, 2), b: readWordOfText(text, start + 10, 4), c: readWordOfText(text, start + 16, 0) }
}

/** The first six bytes. */
function grantNumber(jti: string): number {
  return (readWordOfText(jti, 0, 0) >>> 0) * 0x10000 + (readWordOfText(jti, 2, 4) & 0xffff)
}

function clientNumber(jti: string): number {
  const digits = clientJti.exec(jti)?.[1]
  return digits === undefined ? -1 : Number(digits)
}
