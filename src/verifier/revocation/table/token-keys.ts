import { VerifierError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { readWordOfText } from './decode-base64url.ts'
import { readKey, type RevocationKey } from './revocation-key.ts'
import type { RevocableToken } from '../revocation-checker.ts'

/** What the table is asked for a token: docs/revocation-feed.md says which bytes are the key of which claim. */
export interface TokenKeys {
  /** By kind, in the order of the contract: token, grant, session, user, client, key. */
  keys: ReadonlyArray<RevocationKey | undefined>
  /** What cut-offs are compared with; -1 where the `jti` tells none, which every cut-off covers. */
  number: number
}

const grantJti = /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{12}$/
const clientJti = /^c\.[A-Za-z0-9_-]{16}\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/
const identifier = /^[A-Za-z0-9_-]{22}$/
const subject = /^(?:usr|pws)_[A-Za-z0-9_-]{22}$/
const thumbprint = /^[A-Za-z0-9_-]{43}$/

/** Characters of a grant's identifier, and bits of it and of a key's thumbprint. */
const grantLength = 22
const bits = { identifier: 128, thumbprint: 256 }

/** A resource server sees few clients, again and again. */
const maxDigests = 1000

/** Answers the keys of a token. Throws `token_invalid` for claims that no token of Countersign has. */
export function createReadTokenKeys(sha256: Platform['sha256']): (token: RevocableToken) => TokenKeys {
  const digests = new Map<string, RevocationKey>()
  const encoder = new TextEncoder()

  const digest = (value: string): RevocationKey => readKey(sha256(encoder.encode(value)), 0)

  function keepDigest(value: string): RevocationKey {
    const known = digests.get(value)
    if (known !== undefined) return known
    if (digests.size >= maxDigests) digests.delete(digests.keys().next().value!)
    const key = digest(value)
    digests.set(value, key)
    return key
  }

  // Its own bits where the value has the shape of what the service makes.
  const idKey = (id: string): RevocationKey => identifier.test(id) ? lastTwelve(id, 0, bits.identifier) : keepDigest(id)
  const subKey = (sub: string): RevocationKey => subject.test(sub) ? lastTwelve(sub, 4, bits.identifier) : keepDigest(sub)
  const kidKey = (kid: string): RevocationKey => thumbprint.test(kid) ? lastTwelve(kid, 0, bits.thumbprint) : keepDigest(kid)

  return ({ kid, claims: { jti, grant_id: grantId, sid, sub, client_id: clientId } }) => {
    const isOfGrant = grantJti.test(jti)
    if (grantId !== undefined && !(isOfGrant && grantId.length === grantLength && jti.startsWith(grantId))) {
      throw new VerifierError('token_invalid', 'The token names another grant than its jti does.')
    }
    return {
      number: isOfGrant ? grantNumber(jti) : clientNumber(jti),
      keys: [
        isOfGrant ? tokenKey(jti) : digest(jti),
        grantId === undefined ? undefined : idKey(grantId),
        sid === undefined ? undefined : idKey(sid),
        subKey(sub),
        keepDigest(clientId),
        kidKey(kid)
      ]
    }
  }
}

/** The end of both parts' bytes, one behind the other: three of the grant's, and nine. */
function tokenKey(jti: string): RevocationKey {
  const random = grantLength + 1
  return {
    a: readWordOfText(jti, 0, bits.identifier - 32) << 8 | readWordOfText(jti, random, 0) >>> 24,
    b: readWordOfText(jti, random, 8),
    c: readWordOfText(jti, random, 40)
  }
}

/** Of so many bits, in base64url from this character on. */
function lastTwelve(text: string, start: number, size: number): RevocationKey {
  return {
    a: readWordOfText(text, start, size - 96), b: readWordOfText(text, start, size - 64), c: readWordOfText(text, start, size - 32)
  }
}

/** The first six bytes. */
function grantNumber(jti: string): number {
  return (readWordOfText(jti, 0, 0) >>> 0) * 0x10000 + (readWordOfText(jti, 0, 16) & 0xffff)
}

function clientNumber(jti: string): number {
  const digits = clientJti.exec(jti)?.[1]
  return digits === undefined ? -1 : Number(digits)
}
