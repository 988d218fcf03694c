import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../ports/random.ts'
import type { MasterKey } from './master-key.ts'

/** Seals private keys at rest: AES-256-GCM under the master key, bound to the kid so that rows cannot be swapped. */
export interface Seal {
  seal(kid: string, secret: Buffer): { sealed: Buffer; sealedWith: string }
  /** @throws Error with a sentence for the operator when no master key opens it */
  open(kid: string, sealed: Buffer, sealedWith: string): Buffer
  /** Whether the first master key sealed it. */
  isCurrent(sealedWith: string): boolean
}

const nonceLength = 12
const tagLength = 16

export function createSeal(masterKeys: readonly MasterKey[], random: Random): Seal {
  const [current] = masterKeys as [MasterKey, ...MasterKey[]]
  return {
    isCurrent: sealedWith => sealedWith === current.id,
    seal(kid, secret) {
      const nonce = random.bytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', current.bytes, nonce).setAAD(Buffer.from(kid))
      const body = Buffer.concat([cipher.update(secret), cipher.final()])
      return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]), sealedWith: current.id }
    },
    open(kid, sealed, sealedWith) {
      const key = masterKeys.find(candidate => candidate.id === sealedWith)
      if (key === undefined) {
        throw new Error(`The key ${kid} is sealed under the master key ${sealedWith}, which is not in the master key ` +
          'file. Add that master key to the file as a further line, and start again; or, if it is lost, give the key up with ' +
          `"countersign keys remove ${kid} --compromised".`)
      }
      try {
        // Without the length, a tag that was cut short would be checked as far as it goes.
        const options = { authTagLength: tagLength }
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, nonceLength), options)
          .setAAD(Buffer.from(kid))
          .setAuthTag(sealed.subarray(nonceLength, nonceLength + tagLength))
        return Buffer.concat([decipher.update(sealed.subarray(nonceLength + tagLength)), decipher.final()])
      } catch (cause) {
        throw new Error(`The key ${kid} does not open with the master key that sealed it: its row in the database has ` +
          `been altered. Restore the row from a backup, or give the key up with "countersign keys remove ${kid} --compromised".`, { cause })
      }
    }
  }
}
