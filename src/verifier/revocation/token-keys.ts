import { VerifierError } from '../errors.ts'
import { decodeBase64url } from './decode-base64url.ts'
import { digestKey, readKey, type RevocationKey } from './revocation-key.ts'
import type { RevocableToken } from './revocation-checker.ts'

/** What the table is asked for a token: docs/revocation-feed.md says which bytes are the key of which claim. */
export interface TokenKeys {
  /** By kind, in the order of the table: token, grant, session, user, client, key. */
  keys: ReadonlyArray<RevocationKey | undefined>
  /** What cut-offs are compared with; -1 where the `jti` tells none, which every cut-off covers. */
  number: number
}

const grantJti = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{12})$/
const clientJti = /^c\.[A-Za-z0-9_-]{16}\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/
const identifier = /^[A-Za-z0-9_-]{22}$/
const subject = /^(?:usr|pws)_([A-Za-z0-9_-]{22})$/
const thumbprint = /^[A-Za-z0-9_-]{43}$/

export function readTokenKeys({ kid, claims }: RevocableToken): TokenKeys {
  const { jti, grant_id: grantId, sid, sub, client_id: clientId } = claims
  const [, grantPart, randomPart] = grantJti.exec(jti) ?? []
  if (grantId !== undefined && grantId !== grantPart) {
    throw new VerifierError('token_invalid', 'The token names another grant than its jti does.')
  }
  const grant = grantPart === undefined ? undefined : decodeBase64url(grantPart)!
  return {
    number: grant === undefined ? readNumber(jti) : numberOf(grant),
    keys: [
      grant === undefined ? digestKey(jti) : keyOfToken(grant, randomPart!),
      grantId === undefined ? undefined : lastBytes(decodeBase64url(grantId)!),
      sid === undefined ? undefined : ownOrDigest(sid, identifier),
      ownOrDigest(sub, subject),
      digestKey(clientId),
      ownOrDigest(kid, thumbprint)
    ]
  }
}

/** The last 12 of the 16 bytes and 9 that the two parts stand for. */
function keyOfToken(grant: Uint8Array, randomPart: string): RevocationKey {
  const bytes = new Uint8Array(12)
  bytes.set(grant.subarray(13))
  bytes.set(decodeBase64url(randomPart)!, 3)
  return readKey(bytes, 0)
}

function ownOrDigest(value: string, shape: RegExp): RevocationKey {
  const match = shape.exec(value)
  return match === null ? digestKey(value) : lastBytes(decodeBase64url(match[1] ?? value)!)
}

function lastBytes(bytes: Uint8Array): RevocationKey {
  return readKey(bytes, bytes.length - 12)
}

/** The first six bytes. */
function numberOf(grant: Uint8Array): number {
  return grant.subarray(0, 6).reduce((number, byte) => number * 256 + byte, 0)
}

function readNumber(jti: string): number {
  const digits = clientJti.exec(jti)?.[1]
  return digits === undefined ? -1 : Number(digits)
}
