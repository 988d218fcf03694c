import type { Test } from 'tap'
import { act, randomId, signInAnew, sampleGrant, times, type OpenStores } from './sample.ts'

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

export function canaryContract(t: Test, open: OpenStores): void {
  t.test('of many instances that would measure at once one does, and again only after the interval', async t => {
    const { state } = await open()
    const began = await times(20, () => state.beginCanary(60))
    t.equal(began.filter(Boolean).length, 1)
    t.equal(await state.beginCanary(60), false)
    t.equal(await state.beginCanary(0), true)
  })

  t.test('what the service revokes to measure leaves nothing in the audit trail, and only the service can name it so', async t => {
    const { journal, audit } = await open()
    const events = async (jti: string) => (await audit.list({ limit: 10, subject: jti })).length
    const revoke = async (changes: object) => {
      const jti = randomId('jti-')
      const before = await journal.head()
      const entry = await journal.revokeToken(jti, { ...act, ...changes })
      t.equal(entry.seq, before.seq + 1)
      return jti
    }
    t.equal(await events(await revoke({ reason: 'canary', actor: 'countersign' })), 0)
    t.equal(await events(await revoke({ reason: 'canary', actor: 'admin' })), 1)
    t.equal(await events(await revoke({ reason: 'canary', actor: 'client:countersign' })), 1)
    t.equal(await events(await revoke({ actor: 'countersign' })), 1)
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
