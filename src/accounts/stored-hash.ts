import { parseOptions } from '@node-rs/argon2'

/**
 * Reading a stored password hash: what made it, whether we dare to compute it, and whether it is strong
 * enough.
 */

/** RFC 9106 names; memory in KiB. The strength of every hash we make (OWASP's minimum for argon2id). */
export const currentParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export type StoredHash =
  | { kind: 'argon2'; isStrong: boolean }
  | { kind: 'bcrypt' }
  | { kind: 'unusable'; reason: 'unreadable' | 'too-expensive' }

/** An imported hash must not be able to stop the service: about two seconds of one core. */
const maxMemoryCost = 1_048_576
const maxWork = 4 * maxMemoryCost
const maxParallelism = 16
const maxBcryptCost = 15
/** Bytes. Shorter output is matched by chance, or was cut. */
const minOutputLength = 16

const argon2id = 2
const version13 = 1

const bcryptHash = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

export function readStoredHash(hash: string): StoredHash {
  const bcryptCost = bcryptHash.exec(hash)?.[1]
  if (bcryptCost !== undefined) {
    if (Number(bcryptCost) <= maxBcryptCost) return { kind: 'bcrypt' }
    return { kind: 'unusable', reason: 'too-expensive' }
  }
  try {
    return judgeArgon2(parseOptions(hash))
  } catch {
    return { kind: 'unusable', reason: 'unreadable' }
  }
}

function judgeArgon2(found: ReturnType<typeof parseOptions>): StoredHash {
  const work = found.memoryCost * found.timeCost
  if (found.memoryCost > maxMemoryCost || work > maxWork || found.parallelism > maxParallelism) {
    return { kind: 'unusable', reason: 'too-expensive' }
  }
  if (found.outputLen < minOutputLength) return { kind: 'unusable', reason: 'unreadable' }
  const { memoryCost, timeCost } = currentParameters
  const isStrong = Number(found.algorithm) === argon2id && Number(found.version) === version13 &&
    found.memoryCost >= memoryCost && found.timeCost >= timeCost &&
    found.outputLen >= 32 && found.saltLen >= 16
  return { kind: 'argon2', isStrong }
}
