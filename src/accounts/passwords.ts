import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2'
import { verify as bcryptVerify } from '@node-rs/bcrypt'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import { isWellFormed, normalPassword } from '../protocol/password-rules.ts'
import { createBulkhead } from './bulkhead.ts'
import { currentParameters, readStoredHash } from './stored-hash.ts'

/** Hashing passwords with argon2id, and verifying those plus what was imported: bcrypt and weaker argon2. */
export interface Passwords {
  /** A PHC string. The password has passed checkNewPassword. */
  hash(password: string): Promise<string>
  /** False as well for a hash that cannot be read or is too expensive to compute, which is logged. */
  verify(hash: string, password: string): Promise<boolean>
  /** Whether a hash is weaker than, or of another kind than, those we make. */
  needsUpgrade(hash: string): boolean
  /** Takes as long as `verify` on a hash of ours: for an address that nobody has. Always false. */
  verifyAgainstNobody(password: string): Promise<false>
}

export interface PasswordsOptions {
  clock: Clock
  log: Log
  metrics: Metrics
}

/** Hashing shares libuv's four threads with signing: two stay free for it. */
const width = 2
/** At some 200 hashes a second on two cores, the last in the queue waits for two thirds of a second. */
const queueLength = 128
/** Seconds. */
const patience = 1

const base64 = (size: number) => Buffer.alloc(size).toString('base64').replace(/=+$/, '')
const { memoryCost, timeCost, parallelism } = currentParameters
const nobody = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(16)}$${base64(32)}`

/** bcrypt reads no further. */
const maxBcryptBytes = 72

export function createPasswords({ clock, log, metrics }: PasswordsOptions): Passwords {
  const bulkhead = createBulkhead({ width, queueLength, patience, clock })

  const compute = <T>(algorithm: string, task: () => Promise<T>): Promise<T> => bulkhead.run(async () => {
    const startedAt = clock.monotonic()
    try {
      return await task()
    } finally {
      const seconds = (clock.monotonic() - startedAt) / 1000
      metrics.observe('countersign_password_hash_seconds', seconds, { algorithm })
    }
  })

  async function verifyAgainstNobody(password: string): Promise<false> {
    await compute('argon2', () => argon2Verify(nobody, toBytes(password)))
    return false
  }

  return {
    verifyAgainstNobody,
    hash: password => compute('argon2', () => argon2Hash(toBytes(password), currentParameters)),
    async verify(hash, password) {
      const stored = readStoredHash(hash)
      if (stored.kind === 'unusable') {
        const reason = `passwords/hash-${stored.reason}`
        log.warn({ reason }, 'a stored password hash cannot be used; set a new password')
        return verifyAgainstNobody(password)
      }
      // Every lone surrogate has the bytes of U+FFFD.
      if (!isWellFormed(password)) return verifyAgainstNobody(password)
      const bytes = toBytes(password)
      if (stored.kind === 'bcrypt') return compute('bcrypt', () => verifyBcrypt(hash, bytes))
      return compute('argon2', () => argon2Verify(hash, bytes))
    },
    needsUpgrade(hash) {
      const stored = readStoredHash(hash)
      return stored.kind !== 'argon2' || !stored.isStrong
    }
  }
}

/** What bcrypt would cut off must not open the account; the time is spent all the same. */
async function verifyBcrypt(hash: string, bytes: Buffer): Promise<boolean> {
  const readsWhole = bytes.length <= maxBcryptBytes && !bytes.includes(0)
  const matches = await bcryptVerify(readsWhole ? bytes : Buffer.from('x'), hash)
  return matches && readsWhole
}

function toBytes(password: string): Buffer {
  return Buffer.from(normalPassword(password))
}
