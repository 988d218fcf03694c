import { pairwisePrefix } from './pairwise.ts'
import { sha256 } from './sha256.ts'

/**
 * The identifiers Countersign makes, and what can be read from them.
 *
 * A grant's id is 16 bytes in base64url: its number (48 bits, big-endian, assigned by the database in order) and 80
 * random bits. A `jti` is either `<grant id>.<random>` or, where there is no grant, `c.<client tag>.<number>.<random>`,
 * the number being the client's own cut-off when the token was minted. So a `jti` alone says which grant or client it
 * belongs to, and whether it is older than a cut-off, without comparing clocks (ADR 0006).
 */

const grantIdPattern = /^[A-Za-z0-9_-]{22}$/
const grantJtiPattern = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{12}$/
const clientJtiPattern = /^c\.([A-Za-z0-9_-]{16})\.(0|[1-9][0-9]{0,14})\.[A-Za-z0-9_-]{12}$/

export const userIdPrefix = 'usr_'

/** Whether a text begins as a user's `sub` does, in whatever case. */
export function isLikeSubject(text: string): boolean {
  return [userIdPrefix, pairwisePrefix].some(prefix => text.toLowerCase().startsWith(prefix))
}

const clientIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** Whether a text can be a client's id at all. */
export function isClientId(text: string): boolean {
  return clientIdPattern.test(text)
}

/** Where a token without a grant comes from. */
export interface ClientOrigin {
  clientTag: string
  number: number
}

export function grantIdFrom(number: number, random: Buffer): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(number, 0, 6)
  random.copy(bytes, 6, 0, 10)
  return bytes.toString('base64url')
}

export function isGrantId(text: string): boolean {
  return grantIdPattern.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text
}

export function grantNumberOf(grantId: string): number {
  return Buffer.from(grantId, 'base64url').readUIntBE(0, 6)
}

/** 96 bits of SHA-256 over the client's id, in base64url. */
export function clientTagOf(clientId: string): string {
  return sha256(clientId).subarray(0, 12).toString('base64url')
}

export function grantJti(grantId: string, random: Buffer): string {
  return `${grantId}.${random.toString('base64url')}`
}

export function clientJti(origin: ClientOrigin, random: Buffer): string {
  return `c.${origin.clientTag}.${origin.number}.${random.toString('base64url')}`
}

export function grantIdOfJti(jti: string): string | undefined {
  return grantJtiPattern.exec(jti)?.[1]
}

export function clientOriginOfJti(jti: string): ClientOrigin | undefined {
  const match = clientJtiPattern.exec(jti)
  return match ? { clientTag: match[1]!, number: Number(match[2]) } : undefined
}

/** The number that cut-offs are compared with, or undefined for a `jti` that is not ours. */
export function numberOfJti(jti: string): number | undefined {
  const grantId = grantIdOfJti(jti)
  return grantId === undefined ? clientOriginOfJti(jti)?.number : grantNumberOf(grantId)
}
