import { statSync } from 'node:fs'
import { createFinder, type Finding } from './finding.ts'
import { loadMasterKeys } from '../keys/master-key.ts'
import { systemRandom } from '../system.ts'
import type { Check } from './check.ts'

export interface MasterKeyFacts {
  file: string
  production: boolean
  /** Permission bits; undefined when there is no such file. */
  mode: number | undefined
  /** How many keys it holds; 0 when it cannot be used. */
  count: number
  /** Why it cannot be used. */
  fault: string | undefined
}

export const masterKeyCheck: Check = async ({ config: { masterKeyFile: file, production } }) => {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode
  try {
    const { length: count } = loadMasterKeys({ file, mayCreate: false, random: systemRandom })
    return judgeMasterKey({ file, production, mode, count, fault: undefined })
  } catch (error) {
    return judgeMasterKey({ file, production, mode, count: 0, fault: (error as Error).message })
  }
}

export function judgeMasterKey({ file, production, mode, count, fault }: MasterKeyFacts): Finding[] {
  const finder = createFinder('master key')
  if (mode === undefined && !production) {
    return [finder.ok(`There is no master key at ${file} yet: in development the first start makes one.`)]
  }
  if (fault !== undefined) {
    return [finder.fail(fault, `The service cannot start until ${file} holds the key that seals the others.`)]
  }
  const found = `The master key file ${file} holds ${count} key(s)`
  const isOpen = process.platform !== 'win32' && mode !== undefined && (mode & 0o077) !== 0
  return [isOpen
    ? finder.warn(
      `${found}, and other users of this machine may read or change it (mode ${(mode & 0o777).toString(8)}).`,
      `Run "chmod 600 ${file}" as its owner; for a mounted secret, let nobody else enter the folder.`)
    : finder.ok(`${found}, for its owner alone.`)]
}
