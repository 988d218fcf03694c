import type { Test } from 'tap'
import { randomId, signInAnew, sampleGrant, type OpenStores } from './sample.ts'

export function stateContract(t: Test, open: OpenStores): void {
  t.test('a lower access-token lifetime keeps the former in mind until its last token has expired', async t => {
    const { state } = await open()
    await state.setAccessTokenLifetime(600)
    const before = await state.read()
    t.equal(before.accessTokenLifetime, 600)
    await state.setAccessTokenLifetime(600)
    t.same((await state.read()).formerLifetimeUntil, before.formerLifetimeUntil, 'the same again changes nothing')
    await state.setAccessTokenLifetime(900)
    t.same((await state.read()).formerLifetimeUntil, before.formerLifetimeUntil, 'nor does a longer one')
    await state.setAccessTokenLifetime(300)
    const after = await state.read()
    const seconds = (after.formerLifetimeUntil.getTime() - Date.now()) / 1000
    t.equal(after.accessTokenLifetime, 300)
    t.ok(seconds > 880 && seconds <= 911, `${seconds} s`)
    await state.setAccessTokenLifetime(200)
    t.same((await state.read()).formerLifetimeUntil, after.formerLifetimeUntil, 'the longest of them counts')
  })

  t.test('the state carries the head of the journal', async t => {
    const { state, journal } = await open()
    await journal.revokeToken(randomId('jti-'), { reason: 'test', actor: 'admin' })
    t.same((await state.read()).journal, await journal.head())
  })
}

export function auditContract(t: Test, open: OpenStores): void {
  t.test('events are listed newest first, all or those of one subject', async t => {
    const { audit } = await open()
    const subject = randomId('subject-')
    const event = { kind: 'refresh-token/replayed', actor: 'countersign', subject, details: { generation: 3 } }
    await audit.record(event)
    await audit.record({ ...event, kind: 'second' })
    const listed = await audit.list({ limit: 10, subject })
    t.match(listed, [{ kind: 'second' }, event])
    t.ok(Math.abs(listed[0]!.at.getTime() - Date.now()) < 60_000)
    t.match(await audit.list({ limit: 1 }), [{ kind: 'second' }])
  })

  t.test('old events are pruned, and no session that a living token may name', async t => {
    const stores = await open()
    const grant = await signInAnew(stores, sampleGrant({ absoluteLifetime: 0 }))
    const subject = randomId('subject-')
    await stores.audit.record({ kind: 'first', actor: 'admin', subject, details: {} })
    t.equal(await stores.audit.prune({ auditDays: 30 }), 0)
    t.ok(await stores.grants.find(grant.id), 'an expired grant stays for now')
    t.ok(await stores.audit.prune({ auditDays: 0 }) > 0)
    t.same(await stores.audit.list({ limit: 10, subject }), [])
  })
}
