import t from 'tap'
import { keyPublishLead, silentAfter } from '../../src/protocol/limits.ts'
import { planRotation, type KeyHolder } from '../../src/protocol/rotation-plan.ts'

const now = Date.parse('2026-11-27T10:00:00.000Z')
const ago = (seconds: number): Date => new Date(now - seconds * 1000)
const retention = { tokenLifetime: 660, formerUntil: 0 }
const signing = { kid: 'one', position: 1, createdAt: ago(90_000), activeFrom: ago(90_000), removedAt: undefined }
const standby = { kid: 'two', position: 2, createdAt: ago(80_000), activeFrom: new Date(now + 500_000), removedAt: undefined }
const fresh = { ...standby, createdAt: ago(100) }

const holder = (instance: string, changes: Partial<KeyHolder> = {}): KeyHolder =>
  ({ clientId: 'orders', instance, kids: ['one', 'two'], subscribedAt: ago(3600), acknowledgedAt: ago(5), ...changes })
const plan = (verifiers: KeyHolder[], keys = [signing, standby]) => planRotation({ keys, now, retention, verifiers, heardBy: new Date(now) })

t.test('with everybody informed the earliest moment is now, and the old tokens end their lifetime later', async t => {
  t.strictSame(plan([holder('a')]), {
    signing, standby, planned: now + 500_000, cachesKnow: now, lacking: [], unknown: [], lastTokenEnds: now + 660_000
  })
})

t.test('what verifiers hold never shortens the wait for caches', async t => {
  const cachesKnow = fresh.createdAt.getTime() + keyPublishLead * 1000
  t.match(plan([holder('a')], [signing, fresh]), { cachesKnow, lastTokenEnds: cachesKnow + 660_000, lacking: [] })
})

t.test('a verifier that speaks and holds other keys lacks it; of one that is silent or has never said nothing is known', async t => {
  const [old, none] = [holder('old', { kids: ['one'] }), holder('none', { kids: [] })]
  const mute = holder('mute', { kids: undefined })
  const gone = holder('gone', { kids: ['one'], acknowledgedAt: ago(silentAfter + 1) })
  t.match(plan([old, holder('a'), none, mute, gone]), { lacking: [old, none], unknown: [mute, gone] })
})

t.test('tokens of a longer former lifetime may end later', async t => {
  const formerUntil = now + 9_000_000
  t.equal(planRotation({ keys: [signing, standby], now, retention: { tokenLifetime: 660, formerUntil }, verifiers: [], heardBy: new Date(now) })!.lastTokenEnds, formerUntil)
})

t.test('without a standby there is nothing to plan', async t => {
  t.equal(plan([], [signing]), undefined)
  t.equal(plan([], []), undefined)
  t.equal(plan([], [signing, { ...standby, removedAt: ago(1) } as never]), undefined)
})
