import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { KeyRecord } from '../../src/stores/keys.ts'
import type { PostgresStores } from '../../src/stores/postgres/stores.ts'
import { act, openBrowser, randomId, times, type OpenStores } from './sample.ts'

let position = 1

function sampleKey(changes: Partial<KeyRecord> = {}): KeyRecord {
  return {
    kid: randomId('kid-'),
    purpose: 'sign',
    position: position++,
    algorithm: 'RS256',
    publicJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
    sealed: randomBytes(64),
    sealedWith: 'master-1',
    createdAt: new Date('2026-03-29T01:30:00.123Z'),
    activeFrom: new Date('2026-10-25T02:30:00.456Z'),
    removedAt: undefined,
    ...changes
  }
}

async function findKey({ keys }: PostgresStores, kid: string): Promise<KeyRecord | undefined> {
  return (await keys.list()).find(key => key.kid === kid)
}

export function keysContract(t: Test, open: OpenStores): void {
  t.test('a key is kept as it was given, to the millisecond', async t => {
    const stores = await open()
    for (const key of [sampleKey(), sampleKey({ purpose: 'mac', algorithm: 'HS256', publicJwk: undefined })]) {
      t.equal(await stores.keys.add(key), true)
      t.same(await findKey(stores, key.kid), key)
    }
  })

  t.test('of two instances that add the same successor one succeeds', async t => {
    const { keys } = await open()
    const place = position++
    const answers = await times(10, () => keys.add(sampleKey({ position: place })))
    t.equal(answers.filter(Boolean).length, 1)
    t.equal(await keys.add(sampleKey({ position: place, purpose: 'mac' })), true, 'each purpose counts its own')
  })

  t.test('keys are listed by purpose and position', async t => {
    const { keys } = await open()
    const later = sampleKey({ position: 900 })
    for (const key of [later, sampleKey({ position: 899 }), sampleKey({ position: 901, purpose: 'mac' })]) {
      await keys.add(key)
    }
    const order = (await keys.list()).map(key => `${key.purpose} ${String(key.position).padStart(9, '0')}`)
    t.same(order, [...order].sort())
  })

  t.test('a standby signs from another moment once it is told to', async t => {
    const stores = await open()
    const key = sampleKey()
    const from = new Date('2026-11-01T00:00:00Z')
    await stores.keys.add(key)
    await stores.keys.activate(key.kid, from, act)
    await stores.keys.activate(key.kid, from, act)
    t.same((await findKey(stores, key.kid))?.activeFrom, from)
    const events = await stores.audit.list({ limit: 10, subject: key.kid })
    t.same(events.map(event => event.kind), ['key/activated', 'key/added'])
  })

  t.test('a key is removed once, and journalled', async t => {
    const stores = await open()
    const key = sampleKey()
    await stores.keys.add(key)
    const answers = await times(5, () => stores.keys.remove(key.kid, act))
    t.match(answers.filter(Boolean), [{ target: 'key', value: key.kid }])
    t.equal(answers.filter(Boolean).length, 1)
    t.ok((await findKey(stores, key.kid))?.removedAt)
    t.equal(await stores.keys.remove('unknown', act), undefined)
  })

  t.test('a key is sealed anew, and forgotten, and every change is counted', async t => {
    const stores = await open()
    const key = sampleKey()
    await stores.keys.add(key)
    const before = (await stores.state.read()).keysVersion
    const sealed = randomBytes(64)
    await stores.keys.reseal(key.kid, sealed, 'master-2')
    t.same(await findKey(stores, key.kid), { ...key, sealed, sealedWith: 'master-2' })
    await stores.keys.forget([key.kid])
    t.equal(await findKey(stores, key.kid), undefined)
    await stores.keys.forget([])
    t.equal((await stores.state.read()).keysVersion, before + 2)
  })

  t.test('a signing key outlives the browser sessions that began before it stopped, and no others', async t => {
    const stores = await open()
    await openBrowser(stores)
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000)
    const isKeptBefore = async (activeFrom: Date): Promise<boolean> => {
      const key = sampleKey()
      await stores.keys.add(key)
      const successor = sampleKey({ activeFrom })
      await stores.keys.add(successor)
      await stores.keys.forget([key.kid])
      const isKept = await findKey(stores, key.kid) !== undefined
      await stores.keys.remove(key.kid, act)
      await stores.keys.remove(successor.kid, act)
      return isKept
    }
    t.equal(await isKeptBefore(ago(-1)), true)
    t.equal(await isKeptBefore(ago(399)), false, 'every session began later')
  })
}
