import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Random } from '../ports/random.ts'
import { sha256 } from '../protocol/sha256.ts'

/** The key that seals all others at rest. It lives in a file, one key to a line: the first seals, every one opens. */
export interface MasterKey {
  /** The first 48 bits of SHA-256 over the key: says which key sealed something without telling anything of it. */
  id: string
  bytes: Buffer
}

export interface MasterKeyOptions {
  file: string
  /** In development a missing key is made; in production it is a fault. */
  mayCreate: boolean
  random: Random
}

/** @throws Error with a sentence for the operator when the file is missing or not what it should be */
export function loadMasterKeys({ file, mayCreate, random }: MasterKeyOptions): MasterKey[] {
  if (!existsSync(file)) {
    if (!mayCreate) {
      throw new Error(`There is no master key at ${file}. Make one with "openssl rand -base64 32 > ${file}", keep a copy ` +
        'in a safe place and mount it there (or set MASTER_KEY_FILE): without it, no signing key can be opened.')
    }
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${random.bytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  }
  const lines = readFileSync(file, 'utf8').split('\n').map(line => line.trim()).filter(line => line !== '')
  const keys = lines.map(line => Buffer.from(line, 'base64'))
  if (keys.length === 0 || keys.some(bytes => bytes.length !== 32)) {
    throw new Error(`The master key file ${file} must hold 32 random bytes in base64 on each line; ` +
      '"openssl rand -base64 32" makes such a line.')
  }
  return keys.map(bytes => ({ id: sha256(bytes).toString('hex').slice(0, 12), bytes }))
}
