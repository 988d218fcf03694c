import { calculateJwkThumbprint } from 'jose'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import { CountersignError } from '../protocol/errors.ts'
import {
  earliestActivation, livingKeys, planNextKey, signingKey, type PlannedKey
} from '../protocol/key-timeline.ts'
import type { KeyPurpose, KeyRecord } from '../stores/keys.ts'
import type { Act } from '../stores/users.ts'
import { defaultAlgorithm } from './algorithms/index.ts'
import { refuseUnsafe } from './refuse-unsafe.ts'
import type { PlanSigningRotation } from './plan-rotation.ts'
import { putAway, type PutAwayOptions } from './put-away.ts'
import type { Seal } from './seal.ts'

/** Decides when keys come and go. Any number of instances may do so at once: a unique position settles each race. */
export interface Rotation {
  /** Makes sure that a key signs and a standby waits, for both purposes; puts away what no token can need. */
  tend(): Promise<void>
  /**
   * Lets the standby take over as soon as every verifier can know it, or at the moment named. One at which somebody may refuse its
   * tokens takes force, and with force alone it is at once. Throws `conflict`.
   */
  rotate(purpose: KeyPurpose, how: HowToRotate): Promise<{ kid: string; signsFrom: Date }>
  /** Seals every key under the first master key; returns how many were not. */
  reseal(): Promise<number>
}

export interface HowToRotate {
  force: boolean
  at?: Date | 'now' | undefined
  act: Act
}

export interface RotationOptions extends PutAwayOptions {
  seal: Seal
  random: Random
  log: Log
  plan: PlanSigningRotation
  /** Seconds that a key signs for. */
  interval: number
}

const purposes: readonly KeyPurpose[] = ['sign', 'mac']

export function createRotation(options: RotationOptions): Rotation {
  return {
    rotate: (purpose, how) => bringForward(purpose, how, options),
    reseal: () => resealAll(options),
    async tend() {
      for (const purpose of purposes) await addDueKeys(purpose, options)
      await putAway(options)
    }
  }
}

async function addDueKeys(purpose: KeyPurpose, options: RotationOptions): Promise<void> {
  const { store, ring, clock, log, interval } = options
  // At most two: the first key ever, and the standby behind it.
  for (let added = 0; added < 2; added++) {
    const plan = planNextKey(ring.records(purpose), clock.now(), interval)
    if (plan === undefined) return
    const record = await makeKey(purpose, plan, options)
    if (await store.add(record)) log.info({ kid: record.kid, purpose, activeFrom: record.activeFrom }, 'key published')
    await ring.reload()
  }
}

async function bringForward(
  purpose: KeyPurpose, { force, at = force ? 'now' : undefined, act }: HowToRotate, options: RotationOptions
): Promise<{ kid: string; signsFrom: Date }> {
  const { store, ring, clock, plan } = options
  const now = clock.now()
  const records = ring.records(purpose)
  const signing = signingKey(records, now)
  const standby = livingKeys(records).find(key => signing !== undefined && key.position > signing.position)
  if (standby === undefined) throw new CountersignError('conflict', { reason: 'keys/no-standby' })
  const earliest = earliestActivation(standby, now)
  const signsFrom = new Date(at === 'now' ? now : Math.max(now, at?.getTime() ?? earliest))
  if (!force) refuseUnsafe({ from: signsFrom.getTime(), earliest, plan: purpose === 'sign' ? await plan(now) : undefined })
  await store.activate(standby.kid, signsFrom, act)
  await ring.reload()
  await addDueKeys(purpose, options)
  return { kid: standby.kid, signsFrom }
}

async function resealAll({ store, ring, seal }: RotationOptions): Promise<number> {
  const stale = purposes.flatMap(purpose => livingKeys(ring.records(purpose)))
    .filter(record => !seal.isCurrent(record.sealedWith))
  for (const { kid, sealed, sealedWith } of stale) {
    const again = seal.seal(kid, seal.open(kid, sealed, sealedWith))
    await store.reseal(kid, again.sealed, again.sealedWith)
  }
  return stale.length
}

async function makeKey(purpose: KeyPurpose, plan: PlannedKey, { seal, random }: RotationOptions): Promise<KeyRecord> {
  const common = { purpose, ...plan, removedAt: undefined }
  if (purpose === 'mac') {
    const kid = random.bytes(6).toString('base64url')
    return { ...common, kid, algorithm: 'HS256', publicJwk: undefined, ...seal.seal(kid, random.bytes(32)) }
  }
  const { secret, publicJwk } = await defaultAlgorithm.generate()
  const kid = await calculateJwkThumbprint(publicJwk)
  return { ...common, kid, algorithm: defaultAlgorithm.name, publicJwk, ...seal.seal(kid, secret) }
}
