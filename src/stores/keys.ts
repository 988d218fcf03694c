import type { JWK } from 'jose'
import type { JournalEntry } from './journal.ts'
import type { Act } from './users.ts'

export type KeyPurpose = 'sign' | 'mac'

/** A key as it is stored: its times in clear, its secret part sealed. */
export interface KeyRecord {
  /** RFC 7638 thumbprint of a signing key; eight random characters for a MAC key. */
  kid: string
  purpose: KeyPurpose
  /** Counts the keys of one purpose; unique, so that two instances cannot add the same successor. */
  position: number
  /** `alg` of the tokens it signs, or `HS256` for a MAC key. */
  algorithm: string
  publicJwk: JWK | undefined
  /** AES-256-GCM, see keys/seal.ts. Empty once a signing key is retired, see keys/is-retired.ts. */
  sealed: Buffer
  /** Which master key sealed it; empty when nothing is sealed. */
  sealedWith: string
  createdAt: Date
  /** From when it signs, if no earlier key of its purpose is to. */
  activeFrom: Date
  /** Taken out of use for good, as compromised. */
  removedAt: Date | undefined
}

export interface KeyStore {
  list(): Promise<KeyRecord[]>
  /** Atomic. False when another instance added that position first. */
  add(key: KeyRecord): Promise<boolean>
  /** Moves the moment from which a standby signs. Idempotent. */
  activate(kid: string, from: Date, act: Act): Promise<void>
  /** Takes a key out of use at once and for ever; undefined when it is unknown or removed already. */
  remove(kid: string, act: Act): Promise<JournalEntry | undefined>
  /** Replaces the sealed form, when the master key changes or the key is retired. */
  reseal(kid: string, sealed: Buffer, sealedWith: string): Promise<void>
  /**
   * Deletes records that nothing can need any more. Kept are a MAC key that a living grant still uses and, up to 400 days, a
   * signing key with a living browser session that began before it stopped: it may be of a longer SESSION_LIFETIME than is in force.
   */
  forget(kids: string[]): Promise<void>
}
