import type { KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { rs256 } from './rs256.ts'

/** One way to sign. A further algorithm is one file and one line in the list. */
export interface SigningAlgorithm {
  /** `alg` (RFC 7518 §3.1). One key is for one algorithm (RFC 8725 §3.1). */
  name: string
  /** A new key: its secret part to be sealed, its public part for the JWKS. */
  generate(): Promise<{ secret: Buffer; publicJwk: JWK }>
  open(secret: Buffer): KeyObject
  sign(key: KeyObject, input: Buffer): Promise<Buffer>
  /** On this thread: waking another one takes longer than to verify. */
  verify(key: KeyObject, input: Buffer, signature: Buffer): boolean
  /** In libuv's pool, for many at a time. */
  verifyInPool(key: KeyObject, input: Buffer, signature: Buffer): Promise<boolean>
}

export const signingAlgorithms: readonly SigningAlgorithm[] = [rs256]

export const defaultAlgorithm = rs256
