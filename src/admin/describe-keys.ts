import { isRetired } from '../keys/is-retired.ts'
import { timesOfKeys } from '../keys/times-of-keys.ts'
import { signingKey, type KeyTimes } from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import type { AdminInstance } from './instance.ts'

/** A key as an operator sees it. Times are ISO 8601, null where they are not known yet. */
export interface KeyDescription {
  kid: string
  purpose: KeyPurpose
  algorithm: string
  /**
   * `signing` now, `standby` before, `verifying` after until its last token has expired, `retired` then until no session
   * with an ID token of it can be alive, `removed` as compromised.
   */
  state: 'standby' | 'signing' | 'verifying' | 'retired' | 'removed'
  publishedAt: string
  signsFrom: string
  signsUntil: string | null
  removedAfter: string | null
  removedAt: string | null
  /** Null when nothing is sealed any more. */
  sealedWith: string | null
}

export function describeKeys({ ring, clock, config }: AdminInstance): KeyDescription[] {
  const timesOf = timesOfKeys(ring, {
    refreshLifetime: config.refreshAbsoluteLifetime, sessionLifetime: config.sessionLifetime
  })
  return [ring.retired(), ring.records('sign'), ring.records('mac')].flatMap(records => {
    const current = signingKey(records, clock.now())
    return records.map(record => describeKey(record, stateOf(record, current), timesOf(record)))
  })
}

function describeKey(record: KeyRecord, state: KeyDescription['state'], times: KeyTimes): KeyDescription {
  return {
    kid: record.kid,
    purpose: record.purpose,
    algorithm: record.algorithm,
    state,
    publishedAt: iso(times.publishedAt)!,
    signsFrom: iso(times.signsFrom)!,
    signsUntil: iso(times.signsUntil),
    removedAfter: iso(times.removedAfter),
    removedAt: iso(record.removedAt?.getTime()),
    sealedWith: record.sealedWith || null
  }
}

function stateOf(record: KeyRecord, signing: KeyRecord | undefined): KeyDescription['state'] {
  if (record.removedAt !== undefined) return 'removed'
  if (isRetired(record)) return 'retired'
  if (record === signing) return 'signing'
  return signing !== undefined && record.position > signing.position ? 'standby' : 'verifying'
}

const iso = (time: number | undefined): string | null => time === undefined ? null : new Date(time).toISOString()
