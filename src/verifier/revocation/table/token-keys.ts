import { VerifierError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { decodeBase64url } from './decode-base64url.ts'
import { readKey, type RevocationKey } from './revocation-key.ts'
import type { RevocableToken } from '../revocation-checker.ts'

/** What the table is asked for a token: docs/revocation-feed.md says which bytes are the key of which claim. */
export interface TokenKeys {
  /** By kind, in the order of the contract: token, grant, session, user, client, key. */
  keys: ReadonlyArray<RevocationKey | undefined>
  /** What cut-offs are compared with; -1 where the `jti` tells none, which every cut-off covers. */
  number: number
}

const grantJti = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{12})$/
const clientJti = /^c\.[A-Za-z0-9_-]{16}\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/
const identifier = /^([A-Za-z0-9_-]{22})$/
const subject = /^(?:usr|pws)_([A-Za-z0-9_-]{22})$/
const thumbprint = /^([A-Za-z0-9_-]{43})$/

/** A resource server sees few clients, again and again. */
const maxDigests = 1000

/** Answers the keys of a token. Throws `token_invalid` for claims that no token of Countersign has. */
export function createReadTokenKeys(sha256: Platform['sha256']): (token: RevocableToken) => TokenKeys {
  const digests = new Map<string, RevocationKey>()
  const encoder = new TextEncoder()

  const digest = (value: string): RevocationKey => readKey(sha256(encoder.encode(value)), 0)

  function keepDigest(value: string): RevocationKey {
    const key = digests.get(value) ?? digest(value)
    if (!digests.has(value) && digests.size >= maxDigests) digests.delete(digests.keys().next().value!)
    digests.set(value, key)
    return key
  }

  /** Its own bits where the value has the shape of what the service makes. */
  const keyOf = (value: string, shape: RegExp): RevocationKey => {
    const own = shape.exec(value)?.[1]
    return own === undefined ? keepDigest(value) : lastTwelve(decodeBase64url(own)!)
  }

  return ({ kid, claims }) => {
    const { jti, grant_id: grantId, sid, sub, client_id: clientId } = claims
    const [, grantPart, randomPart] = grantJti.exec(jti) ?? []
    if (grantId !== undefined && grantId !== grantPart) {
      throw new VerifierError('token_invalid', 'The token names another grant than its jti does.')
    }
    return {
      number: numberOf(jti, grantPart),
      keys: [
        grantPart === undefined ? digest(jti) : tokenKey(grantPart, randomPart!),
        grantId === undefined ? undefined : keyOf(grantId, identifier),
        sid === undefined ? undefined : keyOf(sid, identifier),
        keyOf(sub, subject),
        keepDigest(clientId),
        keyOf(kid, thumbprint)
      ]
    }
  }
}

/** The end of both parts' bytes, one behind the other. */
function tokenKey(grantPart: string, randomPart: string): RevocationKey {
  const bytes = new Uint8Array(12)
  bytes.set(decodeBase64url(grantPart)!.subarray(13))
  bytes.set(decodeBase64url(randomPart)!, 3)
  return readKey(bytes, 0)
}

function lastTwelve(bytes: Uint8Array): RevocationKey {
  return readKey(bytes, bytes.length - 12)
}

function numberOf(jti: string, grantPart: string | undefined): number {
  // Eight characters are the first six bytes.
  if (grantPart !== undefined) return decodeBase64url(grantPart.slice(0, 8))!.reduce((number, byte) => number * 256 + byte, 0)
  const digits = clientJti.exec(jti)?.[1]
  return digits === undefined ? -1 : Number(digits)
}
