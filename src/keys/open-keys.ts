import { livingKeys } from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import { openMacKey, openSigningKey, type OpenMacKey, type OpenSigningKey } from './open-key.ts'
import type { Seal } from './seal.ts'

/** The key records as last read, and those in use opened: each is opened once. */
export interface OpenKeys {
  records(purpose: KeyPurpose): readonly KeyRecord[]
  /** Removed keys are known, too: asking the store again would bring nothing new. */
  isKnown(kid: string): boolean
  signing(kid: string): OpenSigningKey | undefined
  mac(kid: string): OpenMacKey | undefined
  /** @throws Error with a sentence for the operator when a key in use does not open */
  replace(fresh: readonly KeyRecord[]): void
}

export function createOpenKeys(seal: Seal): OpenKeys {
  let records: Record<KeyPurpose, KeyRecord[]> = { sign: [], mac: [] }
  let signing = new Map<string, OpenSigningKey>()
  let mac = new Map<string, OpenMacKey>()

  return {
    records: purpose => records[purpose],
    isKnown: kid => records.sign.some(record => record.kid === kid) || records.mac.some(record => record.kid === kid),
    signing: kid => signing.get(kid),
    mac: kid => mac.get(kid),
    replace(fresh) {
      const byPurpose = (purpose: KeyPurpose): KeyRecord[] => fresh.filter(record => record.purpose === purpose)
      const next = { sign: byPurpose('sign'), mac: byPurpose('mac') }
      signing = new Map(livingKeys(next.sign).map(record =>
        [record.kid, { ...(signing.get(record.kid) ?? openSigningKey(record, seal)), record }]))
      mac = new Map(livingKeys(next.mac).map(record =>
        [record.kid, { ...(mac.get(record.kid) ?? openMacKey(record, seal)), record }]))
      records = next
    }
  }
}
