import type { JSONWebKeySet } from 'jose'
import t from 'tap'
import { openMigrated } from '../support/database.ts'
import { act, newMasterKey, openKeyScene } from './key-scene.ts'

t.test('the key ring', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())

  await t.test('before the first key it signs nothing and shows nothing', async t => {
    const { ring } = await (await openKeyScene(database)).open()
    const notYet = { code: 'temporarily_unavailable', reason: 'keys/none-yet' }
    t.throws(() => ring.signing(), notYet)
    t.throws(() => ring.mac(), notYet)
    t.throws(() => ring.jwks(), notYet, 'rather than an empty set')
  })

  await t.test('the JWKS shows the signer and its standby, and no private member', async t => {
    const { ring, rotation } = await (await openKeyScene(database)).open()
    await rotation.tend()
    const { body, etag } = ring.jwks()
    const { keys } = JSON.parse(body) as JSONWebKeySet
    t.equal(keys.length, 2)
    for (const key of keys) {
      t.match(key, { kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB', kid: /^[\w-]{43}$/ })
      t.same(Object.keys(key).filter(member => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(member)), [])
    }
    t.equal(keys[0]!.kid, ring.signing().record.kid)
    t.equal(ring.jwks().etag, etag)
  })

  await t.test('what another instance has made is known after the next look at the shared state', async t => {
    const scene = await openKeyScene(database)
    const [one, other] = [await scene.open(), await scene.open()]
    await one.rotation.tend()
    t.throws(() => other.ring.signing())
    t.equal((await other.ring.macByKid(one.ring.mac().record.kid))?.record.kid, one.ring.mac().record.kid,
      'a refresh token that is quicker than that makes it look at once')
    await other.pulse.refresh()
    t.equal(other.ring.signing().record.kid, one.ring.signing().record.kid)
    t.equal(other.ring.jwks().etag, one.ring.jwks().etag)
  })

  await t.test('with the shared state stale it signs nothing, and goes on verifying', async t => {
    const scene = await openKeyScene(database)
    const { ring, rotation, pulse } = await scene.open()
    await rotation.tend()
    const { kid } = ring.signing().record
    scene.clock.advance(10)
    t.equal(ring.signing().record.kid, kid)
    scene.clock.advance(0.5)
    t.throws(() => ring.signing(), { code: 'temporarily_unavailable', reason: 'state/stale' })
    t.equal(ring.verifying(kid)?.record.kid, kid)
    t.match(ring.jwks().body, kid)
    await pulse.refresh()
    t.equal(ring.signing().record.kid, kid)
  })

  await t.test('a removed key verifies nothing, whoever removed it', async t => {
    const scene = await openKeyScene(database)
    const [one, other] = [await scene.open(), await scene.open()]
    await one.rotation.tend()
    await other.pulse.refresh()
    const { kid } = one.ring.signing().record
    await scene.stores.keys.remove(kid, act)
    for (const { pulse } of [one, other]) await pulse.refresh()
    for (const { ring } of [one, other]) {
      t.equal(ring.verifying(kid), undefined)
      t.notMatch(ring.jwks().body, kid)
      t.not(ring.signing().record.kid, kid)
    }
  })

  await t.test('keys of another master key stop the start with a sentence that says which', async t => {
    const scene = await openKeyScene(database)
    await (await scene.open()).rotation.tend()
    await t.rejects(scene.open([newMasterKey('other')]), /sealed under the master key shared, which is not in the master key file/)
  })
})
