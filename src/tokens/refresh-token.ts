import { createHmac, timingSafeEqual } from 'node:crypto'
import type { OpenMacKey } from '../keys/open-key.ts'
import { isGrantId } from '../protocol/identifiers.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { RefreshProof } from '../stores/grants.ts'

/**
 * The format of a refresh token, and its MAC. No token is stored and no hash of one: a token is
 *
 *   csrt_ base64url( MAC key id, 6 bytes · grant id, 16 bytes · generation, 4 bytes · MAC, 32 bytes )
 *
 * and the MAC is HMAC-SHA-256 of the grant's 128 secret bits under a key that is itself HMAC-SHA-256 of the first three
 * parts under the MAC key. So it takes the database and the master key together to make one (ADR 0001), and the
 * database can check one within the statement that spends it without ever seeing the MAC key.
 */

export const refreshTokenPrefix = 'csrt_'

const lengths = { kid: 6, grant: 16, generation: 4, mac: 32 }
/** PostgreSQL's integer. */
const maxGeneration = 0x7fffffff
const headerLength = lengths.kid + lengths.grant + lengths.generation
const tokenLength = headerLength + lengths.mac

export interface ParsedRefreshToken {
  macKid: string
  grantId: string
  generation: number
  /** The first three parts, which the MAC covers. */
  header: Buffer
  mac: Buffer
}

/** What of a grant its current refresh token is made from. */
export interface RefreshTokenParts {
  id: string
  generation: number
  secret: Buffer
}

/** Undefined for anything that this service cannot have made; says nothing yet of the MAC. */
export function parseRefreshToken(token: string): ParsedRefreshToken | undefined {
  if (!token.startsWith(refreshTokenPrefix)) return undefined
  const text = token.slice(refreshTokenPrefix.length)
  const bytes = Buffer.from(text, 'base64url')
  // One spelling only: what does not re-encode to itself is not ours.
  if (bytes.length !== tokenLength || bytes.toString('base64url') !== text) return undefined
  const grantId = bytes.toString('base64url', lengths.kid, lengths.kid + lengths.grant)
  const generation = bytes.readUInt32BE(lengths.kid + lengths.grant)
  if (!isGrantId(grantId) || generation < 1 || generation > maxGeneration) return undefined
  return {
    macKid: bytes.toString('base64url', 0, lengths.kid),
    grantId,
    generation,
    header: bytes.subarray(0, headerLength),
    mac: bytes.subarray(headerLength)
  }
}

export function makeRefreshToken(parts: RefreshTokenParts, key: OpenMacKey): string {
  const header = Buffer.alloc(headerLength)
  header.write(key.record.kid, 0, 'base64url')
  header.write(parts.id, lengths.kid, 'base64url')
  header.writeUInt32BE(parts.generation, lengths.kid + lengths.grant)
  const mac = macOf(header, parts.secret, key)
  return refreshTokenPrefix + Buffer.concat([header, mac]).toString('base64url')
}

export function isAuthentic(token: ParsedRefreshToken, secret: Buffer, key: OpenMacKey): boolean {
  return timingSafeEqual(macOf(token.header, secret, key), token.mac)
}

/** The two padded key blocks of HMAC (RFC 2104), with which SQL finishes the MAC over the row's secret. */
export function refreshProof(token: ParsedRefreshToken, key: OpenMacKey): RefreshProof {
  const tokenKey = tokenKeyOf(token.header, key)
  const block = (pad: number): Buffer => Buffer.alloc(64, pad).map((byte, at) => byte ^ (tokenKey[at] ?? 0)) as Buffer
  return {
    innerBlock: block(0x36),
    outerBlock: block(0x5c),
    macDigest: sha256(token.mac)
  }
}

const tokenKeyOf = (header: Buffer, key: OpenMacKey): Buffer =>
  createHmac('sha256', key.secret).update(header).digest()

const macOf = (header: Buffer, secret: Buffer, key: OpenMacKey): Buffer =>
  createHmac('sha256', tokenKeyOf(header, key)).update(secret).digest()
