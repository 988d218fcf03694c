import { isRecord } from '../../strict-json.ts'
import { decodeBase64url } from '../../decode-base64url.ts'
import { inflate } from './inflate.ts'

/** A list of statuses that has been verified and unpacked. */
export interface StatusList {
  /** Undefined beyond its end. 0 is valid; the rest is not (draft-ietf-oauth-status-list §7.1). */
  statusAt(idx: number): number | undefined
  byteLength: number
  /** Seconds since 1970. */
  issuedAt: number
  expiresAt: number | undefined
  /** Seconds for which it may be kept; undefined where it does not say. */
  ttl: number | undefined
}

/** The list is there, and is not what it ought to be: a token that relies on it is refused. */
export class FaultyStatusList extends Error {
  override readonly name = 'FaultyStatusList'
}

/** A million statuses of eight bits, and room. */
const maxBytes = 4 * 1024 * 1024

/** Reads the claims of a Status List Token whose signature is the issuer's (§5.1, §8.3). Throws `FaultyStatusList`. */
export async function readStatusList(claims: Record<string, unknown>, uri: string): Promise<StatusList> {
  const { sub, iat, exp, ttl, status_list: list } = claims
  if (sub !== uri) throw new FaultyStatusList('the status list is another than the one that was asked for')
  if (!isTime(iat) || exp !== undefined && !isTime(exp) || ttl !== undefined && !(isTime(ttl) && ttl > 0)) {
    throw new FaultyStatusList('the times of the status list are none')
  }
  if (!isRecord(list) || ![1, 2, 4, 8].includes(list['bits'] as number)) {
    throw new FaultyStatusList('the status list has no bits, or another number of them than 1, 2, 4 or 8')
  }
  const bits = list['bits'] as number
  const bytes = await unpack(list['lst'])
  return {
    statusAt: idx => readStatus(bytes, idx, bits), byteLength: bytes.length, issuedAt: iat, expiresAt: exp, ttl
  }
}

async function unpack(lst: unknown): Promise<Uint8Array> {
  const packed = typeof lst === 'string' ? decodeBase64url(lst) : undefined
  if (packed === undefined) throw new FaultyStatusList('the status list is not base64url')
  try {
    return await inflate(packed, maxBytes)
  } catch (cause) {
    throw new FaultyStatusList('the status list cannot be unpacked, or is too large', { cause })
  }
}

/** From the least significant bit of each byte (§4.1). */
function readStatus(bytes: Uint8Array, idx: number, bits: number): number | undefined {
  const perByte = 8 / bits
  const byte = bytes[Math.floor(idx / perByte)]
  return byte === undefined ? undefined : byte >> (idx % perByte) * bits & (1 << bits) - 1
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
