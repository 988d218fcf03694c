import { createFinder, type Finding } from './finding.ts'
import { judgeKeys } from './judge-keys.ts'
import { loadMasterKeys } from '../keys/master-key.ts'
import { openMacKey, openSigningKey } from '../keys/open-key.ts'
import { isRetired } from '../keys/is-retired.ts'
import { createSeal, type Seal } from '../keys/seal.ts'
import { livingKeys } from '../protocol/key-timeline.ts'
import type { KeyRecord } from '../stores/keys.ts'
import { systemRandom } from '../system.ts'
import type { Check } from './check.ts'

/** Where the service runs on the embedded database it has told of its keys itself. */
export const keysCheck: Check = async ({ config, clock, database }) => {
  const facts = await database()
  const records = facts.state === 'examined' ? facts.examination.keys : undefined
  if (records === undefined) return []
  const working = records.filter(record => !isRetired(record))
  return [...judgeKeys(working, clock.now()), ...findClosedKeys(working, loadSeal(config.masterKeyFile))]
}

/** Undefined when there is no master key to use, which is a finding of another check. */
function loadSeal(file: string): Seal | undefined {
  try {
    return createSeal(loadMasterKeys({ file, mayCreate: false, random: systemRandom }), systemRandom)
  } catch {
    return undefined
  }
}

/** The keys that cannot be opened: one is enough to stop a start. */
export function findClosedKeys(records: readonly KeyRecord[], seal: Seal | undefined): Finding[] {
  const finder = createFinder('keys')
  if (seal === undefined) return []
  const faults = livingKeys(records).flatMap(record => {
    try {
      if (record.purpose === 'mac') openMacKey(record, seal)
      else openSigningKey(record, seal)
      return []
    } catch (error) {
      return [(error as Error).message]
    }
  })
  if (faults.length === 0) return records.length === 0 ? [] : [finder.ok('Every key opens with the master key.')]
  return faults.map(fault => finder.fail(fault, 'The service cannot start until every key opens.'))
}
