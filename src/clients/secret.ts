import { timingSafeEqual } from 'node:crypto'
import type { Random } from '../ports/random.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { Client } from '../stores/clients.ts'

/**
 * Client secrets: 256 random bits that we made ourselves, so that one SHA-256 is all the hashing they need. The prefix
 * lets secret scanners find them.
 */

const prefix = 'cs_secret_'

export function makeClientSecret(random: Random): string {
  return prefix + random.bytes(32).toString('base64url')
}

export function hashClientSecret(secret: string): Buffer {
  return sha256(secret)
}

export function isClientSecret(client: Client, secret: string): boolean {
  return client.secretHash !== undefined && timingSafeEqual(hashClientSecret(secret), client.secretHash)
}
