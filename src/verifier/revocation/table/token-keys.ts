import { VerifierError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { decodeInto } from '../../decode-base64url.ts'
import { emptyKey, readKey, readWord, takeKey, type RevocationKey } from './revocation-key.ts'
import type { RevocableToken } from '../revocation-checker.ts'

/** What the table is asked for a token: docs/revocation-feed.md says which bytes are the key of which claim. */
export interface TokenKeys {
  /** By kind, in the order of the contract: token, grant, session, user, client, key. */
  readonly keys: ReadonlyArray<RevocationKey | undefined>
  /** What cut-offs are compared with; -1 where the `jti` tells none, which every cut-off covers. */
  readonly number: number
}

const clientJti = /^c\.[A-Za-z0-9_-]{16}\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/

/** Characters: of an identifier's 16 bytes, of what a subject has before them, of a grant's jti, of a thumbprint. */
const lengths = { identifier: 22, prefix: 4, grantJti: 35, thumbprint: 43 }
const stop = 46

/** A resource server sees few clients, again and again. */
const maxKept = 1000

/**
 * Answers the keys of a token, in one place for all: to be used before the next are asked for. To read them again costs less
 * than to keep them, and a new token has nothing allocated for it. Throws `token_invalid` for claims that no token of
 * Countersign has.
 */
export function createReadTokenKeys(sha256: Platform['sha256']): (token: RevocableToken) => TokenKeys {
  const encoder = new TextEncoder()
  const digest = (value: string): RevocationKey => readKey(sha256(encoder.encode(value)), 0)
  const keepDigest = createKept(digest)
  const [tokenPlace, grantPlace, sessionPlace, userPlace, kidPlace] = [emptyKey(), emptyKey(), emptyKey(), emptyKey(), emptyKey()]
  const keys: Array<RevocationKey | undefined> = [tokenPlace, grantPlace, sessionPlace, userPlace, undefined, undefined]
  let lastKid: string | undefined
  const read = { keys, number: 0 }

  return ({ kid, claims: { jti, grant_id: grantId, sid, sub, client_id: clientId } }) => {
    const isOfGrant = decodeGrantJti(jti)
    if (grantId !== undefined && !(isOfGrant && grantId.length === lengths.identifier && jti.startsWith(grantId))) {
      throw new VerifierError('token_invalid', 'The token names another grant than its jti does.')
    }
    read.number = isOfGrant ? grantNumber() : clientNumber(jti)
    // Its own bits where a value has the shape of what the service makes.
    keys[0] = isOfGrant ? takeKey(tokenPlace, jtiBytes, 13) : digest(jti)
    keys[1] = grantId === undefined ? undefined : takeKey(grantPlace, jtiBytes, 4)
    keys[2] = sid === undefined ? undefined : decodeIdentifier(sid, 0) ? takeKey(sessionPlace, idBytes, 4) : keepDigest(sid)
    keys[3] = decodeSubject(sub) ? takeKey(userPlace, idBytes, 4) : keepDigest(sub)
    keys[4] = keepDigest(clientId)
    // Nearly all tokens have the one of the token before.
    if (kid !== lastKid) keys[5] = decodeThumbprint(kid) ? takeKey(kidPlace, kidBytes, 20) : keepDigest(kid)
    lastKid = kid
    return read
  }
}

/** Digests of what comes again: to look one up is quicker than to make it. */
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

/** Of a grant's jti: the grant's bytes and nine more; of the identifier that was decoded last, and of the kid. */
const jtiBytes = new Uint8Array(25)
const [jtiGrant, jtiRandom] = [jtiBytes.subarray(0, 16), jtiBytes.subarray(16)]
const idBytes = new Uint8Array(16)
const kidBytes = new Uint8Array(32)

/** Whether it is one. */
function decodeGrantJti(jti: string): boolean {
  return jti.length === lengths.grantJti && jti.charCodeAt(lengths.identifier) === stop &&
    decodeInto(jtiGrant, jti, 0) && decodeInto(jtiRandom, jti, lengths.identifier + 1)
}

function decodeIdentifier(text: string, start: number): boolean {
  return text.length === start + lengths.identifier && decodeInto(idBytes, text, start)
}

function decodeSubject(sub: string): boolean {
  return (sub.startsWith('usr_') || sub.startsWith('pws_')) && decodeIdentifier(sub, lengths.prefix)
}

function decodeThumbprint(kid: string): boolean {
  return kid.length === lengths.thumbprint && decodeInto(kidBytes, kid, 0)
}

/** The first six bytes. */
function grantNumber(): number {
  return (readWord(jtiBytes, 0) >>> 0) * 0x10000 + (jtiBytes[4]! << 8 | jtiBytes[5]!)
}

function clientNumber(jti: string): number {
  const digits = clientJti.exec(jti)?.[1]
  return digits === undefined ? -1 : Number(digits)
}
