import { keyTimes, signingKey, type Retention } from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import type { AdminInstance } from './instance.ts'

/** A key as an operator sees it. Times are ISO 8601, null where they are not known yet. */
export interface KeyDescription {
  kid: string
  purpose: KeyPurpose
  algorithm: string
  /**
   * `signing` now, `standby` before, `verifying` after until its last token has expired, `removed` as
   * compromised.
   */
  state: 'standby' | 'signing' | 'verifying' | 'removed'
  publishedAt: string
  signsFrom: string
  signsUntil: string | null
  removedAfter: string | null
  removedAt: string | null
  sealedWith: string
}

export function describeKeys({ ring, clock, config }: AdminInstance): KeyDescription[] {
  const retentions: Record<KeyPurpose, Retention> = {
    sign: ring.retention(),
    mac: { tokenLifetime: config.refreshAbsoluteLifetime, formerUntil: 0 }
  }
  return (['sign', 'mac'] as const).flatMap(purpose => {
    const records = ring.records(purpose)
    const signing = signingKey(records, clock.now())
    return records.map(record => {
      const times = keyTimes(record, records, retentions[purpose])
      return {
        kid: record.kid,
        purpose,
        algorithm: record.algorithm,
        state: stateOf(record, signing),
        publishedAt: iso(times.publishedAt)!,
        signsFrom: iso(times.signsFrom)!,
        signsUntil: iso(times.signsUntil),
        removedAfter: iso(times.removedAfter),
        removedAt: iso(record.removedAt?.getTime()),
        sealedWith: record.sealedWith
      }
    })
  })
}

function stateOf(record: KeyRecord, signing: KeyRecord | undefined): KeyDescription['state'] {
  if (record.removedAt !== undefined) return 'removed'
  if (record === signing) return 'signing'
  return signing !== undefined && record.position > signing.position ? 'standby' : 'verifying'
}

const iso = (time: number | undefined): string | null => time === undefined ? null : new Date(time).toISOString()
