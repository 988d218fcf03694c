import type { JSONWebKeySet } from 'jose'
import t, { type Test } from 'tap'
import type { Service } from '../../src/compose.ts'
import { clockSkew, jwksCacheLifetime, jwksRefreshInterval } from '../../src/protocol/limits.ts'
import { until } from '../support/until.ts'
import { claimsOf, composeInstance, createSkewedClocks, headerOf, jwksOf, kidsOf, mint, verifyWith } from './composed.ts'
import { setStage, skip } from './stage.ts'

/** Keys through their whole life on two instances whose clocks differ by half a minute. */

const act = { reason: 'test', actor: 'test' }
const minute = 60
const interval = 60 * minute

async function setPair(t: Test, settings: Record<string, string> = {}) {
  const stage = await setStage(t)
  const { clock, ahead } = createSkewedClocks(30)
  const rotating = { KEY_ROTATION_INTERVAL: String(interval), ...settings }
  const one = await composeInstance(t, stage, { clock, settings: rotating })
  const other = await composeInstance(t, stage, { clock: ahead, settings: rotating })
  /** Moves both clocks, and lets the instances do what their timers would have. */
  async function advance(seconds: number, awake: readonly Service[] = [one, other]): Promise<void> {
    clock.advance(seconds)
    for (const service of awake) {
      await service.pulse.refresh()
      await service.rotation.tend()
    }
    for (const service of awake) await service.pulse.refresh()
  }
  return { stage, clock, one, other, both: [one, other] as const, advance }
}

const signingKid = ({ ring }: Service): string => ring.signing().record.kid

t.test('two instances that find no key make one set of keys', { skip }, async t => {
  const { stage, one, other, both } = await setPair(t)
  await Promise.all(both.map(service => service.start()))
  const records = await stage.stores.keys.list()
  t.same(records.map(({ purpose, position }) => [purpose, position]), [['mac', 1], ['mac', 2], ['sign', 1], ['sign', 2]])
  await Promise.all(both.map(service => service.pulse.refresh()))
  t.equal(signingKid(one), signingKid(other))
  t.same(kidsOf(jwksOf(one)), kidsOf(jwksOf(other)))
  await verifyWith(jwksOf(other), await mint(one, stage), other)
  await verifyWith(jwksOf(one), await mint(other, stage), one)
})

t.test('through three rotations every token verifies everywhere for as long as it lives', { skip }, async t => {
  const { stage, clock, one, other, both, advance } = await setPair(t)
  await one.start()
  await other.start()
  const step = 100
  const signedWith = new Set<string>()
  const alive: Array<{ token: string; kid: string; exp: number }> = []
  // The JWKS of the last steps, as a verifier may still hold them.
  const cached: JSONWebKeySet[] = []
  const faults: string[] = []
  const lastExpiry = new Map<string, number>()

  const note = (isRight: boolean, sentence: string) => { if (!isRight) faults.push(`${clock.now()}: ${sentence}`) }

  for (let elapsed = 0; elapsed < 3.5 * interval; elapsed += step) {
    await advance(step)
    const published = both.map(jwksOf)
    note(published.every(jwks => jwks.keys.length >= 2), 'a JWKS lacks a key or its standby')
    note(published.every(jwks => jwks.keys.every(key => !('d' in key) && !('p' in key))), 'a private member is published')
    for (const minter of both) {
      const token = await mint(minter, stage)
      const { kid } = headerOf(token)
      signedWith.add(kid)
      alive.push({ token, kid, exp: claimsOf(token).exp })
      lastExpiry.set(kid, claimsOf(token).exp)
      for (const jwks of cached) note(kidsOf(jwks).includes(kid), `${kid} signs before a cached JWKS can know it`)
    }
    const now = clock.now() / 1000
    for (const { token, exp } of alive.filter(each => each.exp > now + 30)) {
      for (const [place, verifier] of both.entries()) {
        await verifyWith(published[place]!, token, verifier).catch(() => note(false, `a token until ${exp} does not verify`))
        const { tokens: [checked] } = await verifier.rooms.check([token])
        note(checked!.revocation.revoked === false, `a token until ${exp} is refused: ${checked!.fault}`)
      }
    }
    for (const [kid, exp] of lastExpiry) {
      const mustBeThere = now < exp + clockSkew + jwksCacheLifetime
      note(!mustBeThere || published.every(jwks => kidsOf(jwks).includes(kid)), `${kid} has left the JWKS too early`)
    }
    alive.splice(0, alive.findIndex(each => each.exp > now - clockSkew))
    cached.push(...published)
    cached.splice(0, Math.max(0, cached.length - 2 * Math.floor((jwksCacheLifetime + jwksRefreshInterval) / step)))
  }
  t.same(faults, [])
  t.equal(signedWith.size, 4, 'each interval has its key')
  t.ok(jwksOf(one).keys.length <= 3, 'and old ones leave')
  const first = [...signedWith][0]!
  const kept = (await stage.stores.keys.list()).find(record => record.kid === first)
  t.equal(kept?.sealed.length, 0, 'for good: of the private half nothing is left, and the public one waits for hints')
})

t.test('an instance that sleeps through rotations signs nothing with what it remembers', { skip }, async t => {
  const { stage, one, other, advance } = await setPair(t)
  await one.start()
  await other.start()
  await mint(other, stage)
  await other.pulse.stop()
  for (let hours = 0; hours < 6; hours++) await advance(3600, [one])
  t.ok(jwksOf(other).keys.length > 0, 'its JWKS is not empty meanwhile')
  await t.rejects(mint(other, stage), { code: 'temporarily_unavailable' })
  await other.pulse.refresh()
  await other.rotation.tend()
  const token = await mint(other, stage)
  t.equal(headerOf(token).kid, signingKid(one))
  await verifyWith(jwksOf(one), token, one)
  t.same(kidsOf(jwksOf(other)), kidsOf(jwksOf(one)))
})

t.test('a machine that was suspended signs nothing before it has looked again', { skip }, async t => {
  const { stage, clock, one, advance } = await setPair(t)
  await one.start()
  // The monotonic clock does not count the time for which a machine is suspended.
  const sleeper = await composeInstance(t, stage, { clock: { now: clock.now, monotonic: () => 0 } })
  await sleeper.start()
  await sleeper.pulse.stop()
  await mint(sleeper, stage)
  for (let hours = 0; hours < 6; hours++) await advance(3600, [one])
  await t.rejects(mint(sleeper, stage), { code: 'temporarily_unavailable' })
  await sleeper.pulse.refresh()
  await verifyWith(jwksOf(one), await mint(sleeper, stage), one)
})

t.test('a compromised key is refused from the moment of its removal, and the standby signs', { skip }, async t => {
  const { stage, one, other, both, advance } = await setPair(t)
  await one.start()
  await other.start()
  // Into the second key's time, so that a retired key is still published.
  await advance(interval - 4 * minute)
  await advance(5 * minute)
  const retired = (await stage.stores.keys.list()).find(record => record.purpose === 'sign' && record.position === 1)!.kid
  t.ok(kidsOf(jwksOf(one)).includes(retired))
  const compromised = signingKid(one)
  const token = await mint(other, stage)
  t.equal(headerOf(token).kid, compromised)
  const standby = (await stage.stores.keys.list()).find(record => record.purpose === 'sign' && record.position === 3)!.kid

  await one.rooms.revoker.revoke('key', compromised, act)
  for (const service of both) {
    const { tokens: [checked] } = await service.rooms.check([token])
    t.equal(checked!.revocation.revoked, true, 'refused at once')
    const claims = { ...claimsOf(token), sub: stage.client.id, client_id: stage.client.id, kid: compromised }
    t.match((await service.rooms.lookup.check([claims])).answers, [{ revoked: true, target: 'key' }])
  }
  await one.rotation.tend()
  t.equal(signingKid(one), standby)
  await until('the other has read it too', () => signingKid(other) === standby)
  for (const service of both) {
    t.notOk(kidsOf(jwksOf(service)).includes(compromised))
    await verifyWith(jwksOf(service), await mint(one, stage), service)
    await verifyWith(jwksOf(service), await mint(other, stage), service)
  }
  await advance(400 * 86_400)
  t.match((await other.rooms.lookup.check([{ ...claimsOf(token), kid: compromised }])).answers, [{ revoked: true, target: 'key' }],
    'for ever')
})
