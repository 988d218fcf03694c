import t from 'tap'
import { clockSkew, keyPublishLead } from '../../src/protocol/limits.ts'
import { keyTimes } from '../../src/protocol/key-timeline.ts'
import type { Service } from '../../src/compose.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { claimsOf, composeInstance, headerOf, mint } from './composed.ts'
import { setStage, skip } from './stage.ts'

/** The lifetime of access tokens is changed while tokens of the old one live: nothing ends before they have. */

const act = { reason: 'test', actor: 'test' }

async function isRevoked(service: Service, token: string): Promise<boolean> {
  return (await service.rooms.check([token])).tokens[0]!.revocation.revoked
}

t.test('a shorter lifetime revives nothing', { skip }, async t => {
  const stage = await setStage(t)
  const { stores } = stage
  const long = await composeInstance(t, stage, { settings: { ACCESS_TOKEN_LIFETIME: '3600' } })
  await long.start()
  const before = await mint(long, stage)
  const after = await mint(long, stage)
  t.equal(claimsOf(before).exp - claimsOf(before).iat, 3600)
  const early = await stores.journal.revokeToken(claimsOf(before).jti, act)

  const short = await composeInstance(t, stage, { settings: { ACCESS_TOKEN_LIFETIME: '10' } })
  await short.start()
  await long.pulse.refresh()

  await t.test('entries of either side of the change outlive the tokens they cover', async t => {
    const late = await stores.journal.revokeToken(claimsOf(after).jti, act)
    for (const [entry, token] of [[early, before], [late, after]] as const) {
      t.ok(entry.endsAt.getTime() >= (claimsOf(token).exp + clockSkew) * 1000 - 1000)
    }
    for (const service of [long, short]) {
      await service.pulse.refresh()
      t.same(await Promise.all([before, after].map(token => isRevoked(service, token))), [true, true])
    }
  })

  await t.test('all instances mint for the shorter time, the one too that was started with the longer', async t => {
    for (const service of [long, short]) {
      const { exp, iat } = claimsOf(await mint(service, stage))
      t.equal(exp - iat, 10)
    }
  })

  await t.test('a key that is replaced stays for the tokens of the longer lifetime', async t => {
    const old = headerOf(after).kid
    await short.rotation.rotate('sign', { force: true, act })
    for (const service of [long, short]) {
      await service.pulse.refresh()
      t.not(service.ring.signing().record.kid, old)
      const records = service.ring.records('sign')
      const { removedAfter } = keyTimes(records.find(record => record.kid === old)!, records, service.ring.retention())
      t.ok(removedAfter! >= (claimsOf(after).exp + keyPublishLead) * 1000)
    }
  })

  await t.test('another change, and a longer one again, shorten nothing', async t => {
    const entry = (await readSnapshot(stores.journal)).entries[0]!
    for (const lifetime of ['30', '20', '7200']) {
      const next = await composeInstance(t, stage, { settings: { ACCESS_TOKEN_LIFETIME: lifetime } })
      await next.start()
      const { formerLifetimeUntil } = await stores.state.read()
      t.ok(formerLifetimeUntil.getTime() >= claimsOf(after).exp * 1000)
    }
    const { endsAt } = await stores.journal.revokeToken('c.0000000000000000.0.000000000000', act)
    t.ok(endsAt.getTime() >= Date.now() + 7200 * 1000, 'an entry of now covers the tokens of the longest')
    t.same((await readSnapshot(stores.journal)).entries[0], entry)
    t.same(await Promise.all([before, after].map(token => isRevoked(short, token))), [true, true])
  })
})
