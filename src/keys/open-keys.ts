import { livingKeys } from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import { openMacKey, openRetiredKey, openSigningKey, type OpenMacKey, type OpenSigningKey, type VerifyingKey } from './open-key.ts'
import { isRetired } from './is-retired.ts'
import type { Seal } from './seal.ts'

/** The key records as last read, and those in use opened: each is opened once. */
export interface OpenKeys {
  /** Without the retired ones. */
  records(purpose: KeyPurpose): readonly KeyRecord[]
  retiredRecords(): readonly KeyRecord[]
  /** Removed keys are known, too: asking the store again would bring nothing new. */
  isKnown(kid: string): boolean
  signing(kid: string): OpenSigningKey | undefined
  mac(kid: string): OpenMacKey | undefined
  retired(kid: string): VerifyingKey | undefined
  /** @throws Error with a sentence for the operator when a key in use does not open */
  replace(fresh: readonly KeyRecord[]): void
}

/** @param skipsShut whether a key that does not open is left out, so that a command can still name and remove it */
export function createOpenKeys(seal: Seal, skipsShut = false): OpenKeys {
  let records: Record<KeyPurpose | 'retired', KeyRecord[]> = { sign: [], mac: [], retired: [] }
  let signing = new Map<string, OpenSigningKey>()
  let mac = new Map<string, OpenMacKey>()
  let retired = new Map<string, VerifyingKey>()

  return {
    records: purpose => records[purpose],
    retiredRecords: () => records.retired,
    isKnown: kid => Object.values(records).some(some => some.some(record => record.kid === kid)),
    signing: kid => signing.get(kid),
    mac: kid => mac.get(kid),
    retired: kid => retired.get(kid),
    replace(fresh) {
      const byPurpose = (purpose: KeyPurpose): KeyRecord[] =>
        fresh.filter(record => record.purpose === purpose && !isRetired(record))
      const next = { sign: byPurpose('sign'), mac: byPurpose('mac'), retired: fresh.filter(isRetired) }
      const openSigning = (record: KeyRecord): OpenSigningKey =>
        ({ ...(signing.get(record.kid) ?? openSigningKey(record, seal)), record })
      const openMac = (record: KeyRecord): OpenMacKey => ({ ...(mac.get(record.kid) ?? openMacKey(record, seal)), record })
      signing = openEach(next.sign, openSigning, skipsShut)
      mac = openEach(next.mac, openMac, skipsShut)
      retired = openEach(next.retired, record => retired.get(record.kid) ?? openRetiredKey(record), skipsShut)
      records = next
    }
  }
}

function openEach<K>(records: readonly KeyRecord[], open: (record: KeyRecord) => K, skipsShut: boolean): Map<string, K> {
  const opened = new Map<string, K>()
  for (const record of livingKeys(records)) {
    try {
      opened.set(record.kid, open(record))
    } catch (error) {
      if (!skipsShut) throw error
    }
  }
  return opened
}
