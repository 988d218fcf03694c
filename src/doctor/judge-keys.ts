import { livingKeys, signingKey } from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import { createFinder, type Finding } from './finding.ts'

/**
 * Whether, for each purpose, one key can do its work and a standby waits behind it. Times: milliseconds since
 * 1970.
 */
export function judgeKeys(records: readonly KeyRecord[], now: number): Finding[] {
  return judged.map(({ purpose, name }) => {
    const finder = createFinder('keys')
    const keys = livingKeys(records.filter(record => record.purpose === purpose))
    const current = signingKey(keys, now)
    if (current === undefined) {
      return finder.warn(`There is no ${name} key yet.`, 'Start the service: it makes its keys by itself.')
    }
    const standby = keys.find(key => key.position > current.position)
    if (standby === undefined) {
      return finder.warn(`The ${name} key ${current.kid} has no standby behind it.`,
        'Start the service: it makes one within 15 seconds. If it runs, look at its log for "upkeep".')
    }
    if (current.activeFrom.getTime() > now) {
      return finder.warn(`The ${name} key ${current.kid} signs although its time has not come.`,
        'Compare the clock of this machine with that of the others.')
    }
    const until = standby.activeFrom.toISOString()
    return finder.ok(`The ${name} key ${current.kid} is in use; its successor waits until ${until}.`)
  })
}

const judged: Array<{ purpose: KeyPurpose; name: string }> = [
  { purpose: 'sign', name: 'signing' },
  { purpose: 'mac', name: 'refresh-token' }
]
