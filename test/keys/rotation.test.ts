import t from 'tap'
import { keyPublishLead } from '../../src/protocol/limits.ts'
import { openMigrated } from '../support/database.ts'
import { act, interval, newMasterKey, openKeyScene } from './key-scene.ts'

t.test('rotation', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())

  await t.test('instances that tend at the same time make one key and one standby of each purpose', async t => {
    const scene = await openKeyScene(database)
    const keepers = await Promise.all(Array.from({ length: 5 }, () => scene.open()))
    await Promise.all(keepers.map(({ rotation }) => rotation.tend()))
    const records = await scene.stores.keys.list()
    t.same(records.map(({ purpose, position }) => `${purpose} ${position}`), ['mac 1', 'mac 2', 'sign 1', 'sign 2'])
    for (const { ring } of keepers) await ring.reload()
    t.equal(new Set(keepers.map(({ ring }) => ring.signing().record.kid)).size, 1)
    t.equal(new Set(keepers.map(({ ring }) => ring.mac().record.kid)).size, 1)
  })

  await t.test('a standby signs when its time has come, and the next one is published then', async t => {
    const scene = await openKeyScene(database)
    const { ring, rotation, pulse } = await scene.open()
    await rotation.tend()
    const [first, second] = ring.records('sign').map(record => record.kid)
    t.equal(ring.signing().record.kid, first)
    scene.clock.advance(interval)
    await pulse.refresh()
    t.equal(ring.signing().record.kid, second, 'with no change in the database')
    t.equal(ring.records('sign').length, 2)
    await rotation.tend()
    t.equal(ring.records('sign').length, 3)
    await rotation.tend()
    t.equal(ring.records('sign').length, 3, 'and no further one')
  })

  await t.test('asked for, it waits until every verifier can know the standby, unless it is forced', async t => {
    const scene = await openKeyScene(database)
    const { ring, rotation, pulse } = await scene.open()
    await rotation.tend()
    const first = ring.signing().record.kid
    const patient = await rotation.rotate('sign', { force: false, act })
    t.equal(patient.signsFrom.getTime(), scene.clock.now() + keyPublishLead * 1000)
    t.equal(ring.signing().record.kid, first)
    scene.clock.advance(keyPublishLead)
    await pulse.refresh()
    t.equal(ring.signing().record.kid, patient.kid)
    await rotation.tend()
    const forced = await rotation.rotate('sign', { force: true, act })
    t.not(forced.kid, patient.kid)
    t.equal(ring.signing().record.kid, forced.kid)
    t.match(ring.jwks().body, patient.kid, 'tokens of the former live on')
  })

  await t.test('a compromised key is followed by its standby, and never by one that was superseded', async t => {
    const scene = await openKeyScene(database)
    const { ring, rotation, pulse } = await scene.open()
    await rotation.tend()
    scene.clock.advance(interval)
    await pulse.refresh()
    await rotation.tend()
    const [first, second, third] = ring.records('sign').map(record => record.kid)
    t.equal(ring.signing().record.kid, second)
    t.ok(ring.verifying(first!), 'the superseded one is still published')
    const entry = await scene.stores.keys.remove(second!, act)
    t.match(entry, { target: 'key', value: second })
    await pulse.refresh()
    await rotation.tend()
    t.equal(ring.signing().record.kid, third)
    t.equal(ring.records('sign').length, 4, 'there is a new standby')
    t.equal(await scene.stores.keys.remove(second!, act), undefined)
  })

  await t.test('what no token can need is deleted, signing keys long before MAC keys', async t => {
    const scene = await openKeyScene(database)
    const { ring, rotation, pulse } = await scene.open()
    await rotation.tend()
    const [firstSigning, firstMac] = [ring.signing().record.kid, ring.mac().record.kid]
    const has = async (kid: string) => (await scene.stores.keys.list()).some(record => record.kid === kid)
    async function tendAfter(seconds: number): Promise<void> {
      scene.clock.advance(seconds)
      await pulse.refresh()
      await rotation.tend()
    }
    await tendAfter(interval)
    await tendAfter(600 + keyPublishLead)
    t.equal(await has(firstSigning), true, 'the tolerated skew is not over')
    await tendAfter(120)
    t.equal(await has(firstSigning), false)
    t.equal(await has(firstMac), true)
    for (let day = 0; day < 4; day++) await tendAfter(interval)
    t.equal(await has(firstMac), false)
  })

  await t.test('a new master key seals all keys anew, and opens them alone from then on', async t => {
    const scene = await openKeyScene(database)
    await (await scene.open()).rotation.tend()
    const fresh = newMasterKey('fresh')
    const both = await scene.open([fresh, ...scene.masterKeys])
    t.equal(await both.rotation.reseal(), 4)
    await both.ring.reload()
    t.equal(await both.rotation.reseal(), 0)
    const { ring } = await scene.open([fresh])
    t.equal(ring.signing().record.kid, both.ring.signing().record.kid)
    t.same(ring.mac().secret, both.ring.mac().secret)
  })
})
