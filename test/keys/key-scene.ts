import { randomBytes } from 'node:crypto'
import { createKeyRing, type KeyRing } from '../../src/keys/key-ring.ts'
import { createPlanSigningRotation } from '../../src/keys/plan-rotation.ts'
import { createRotation, type Rotation } from '../../src/keys/rotation.ts'
import { createSeal } from '../../src/keys/seal.ts'
import type { MasterKey } from '../../src/keys/master-key.ts'
import { createPulse, type Pulse } from '../../src/pulse.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { createPostgresStores, type PostgresStores } from '../../src/stores/postgres/stores.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { systemRandom } from '../../src/system.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { createTestLog } from '../support/log.ts'

/** The keys of any number of instances over one real database, under one clock. */

export const interval = 86_400
export const act = { reason: 'test', actor: 'admin' }

export interface Keeper {
  ring: KeyRing
  rotation: Rotation
  pulse: Pulse
}

export interface KeyScene {
  clock: TestClock
  stores: PostgresStores
  /** An instance with these master keys, or those that all share. */
  open(masterKeys?: readonly MasterKey[]): Promise<Keeper>
  masterKeys: readonly MasterKey[]
}

export const newMasterKey = (id: string): MasterKey => ({ id, bytes: randomBytes(32) })

/** Begins with no key at all. */
export async function openKeyScene(database: Database): Promise<KeyScene> {
  await database.query.run(Prisma.sql`DELETE FROM keys`)
  const stores = createPostgresStores(database)
  await stores.state.setAccessTokenLifetime(600)
  const clock = createTestClock(Date.now())
  const masterKeys = [newMasterKey('shared')]
  return {
    clock, stores, masterKeys,
    async open(ownKeys = masterKeys) {
      const log = createTestLog()
      const seal = createSeal(ownKeys, systemRandom)
      const pulse = createPulse({ store: stores.state, clock, log })
      const ring = createKeyRing({ store: stores.keys, seal, clock, pulse })
      pulse.follow(ring.follow)
      await pulse.refresh()
      const rotation = createRotation({
        store: stores.keys, ring, seal, clock, random: systemRandom, log, interval, refreshLifetime: 3 * interval, sessionLifetime: 5 * interval,
        plan: createPlanSigningRotation({ ring, verifiers: stores.verifiers })
      })
      return { ring, rotation, pulse }
    }
  }
}
