import t from 'tap'
import type { RotationDescription } from '../../src/admin/describe-rotation.ts'
import type { VerifierDescription } from '../../src/admin/routes/verifiers.ts'
import type { Acknowledgement } from '../../src/stores/verifiers.ts'
import { createClient } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore } from '../support/service.ts'
import { signInAnew } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

const clock = createTestClock(Date.now())

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { admin, call } = await openAdmin(t, opened)
  const { verifiers, journal, audit } = service.stores
  const client = await createClient(service)
  const acknowledge = async (instance: string, said: Partial<Acknowledgement> = {}) => {
    const { seq, hash } = await journal.head()
    await verifiers.acknowledge([{
      clientId: client.id, instance, seq, hash: hash.subarray(0, 12).toString('base64url'), kids: undefined, maxStaleness: undefined,
      whenStale: undefined, ...said
    }])
  }
  const revoke = async () => {
    const user = await signInAnew(app, service)
    return (await call('POST /admin/revocations', { target: 'user', value: user.id, reason: 'drill' })).body['seq'] as number
  }
  const gauge = async (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec((await admin.inject('/metrics')).body)?.[1]
  const listed = async () => (await call('GET /admin/verifiers')).body['verifiers'] as VerifierDescription[]
  const remove = (instance: string) => call(`DELETE /admin/verifiers/${client.id}/${instance}`)
  const plan = async () => (await call('GET /admin/keys/rotation')).body as unknown as RotationDescription
  const iso = (time: number) => new Date(time).toISOString()

  t.test('verifiers are listed with how they stand, and counted', async t => {
    t.match(await call('GET /admin/verifiers'), { status: 200, body: { head: 0, verifiers: [] } })
    await acknowledge('a', { kids: ['k'], maxStaleness: 5, whenStale: 'lookup' })
    await verifiers.note([{ clientId: client.id, instance: 'b', maxStaleness: undefined, whenStale: undefined }])
    const seq = await revoke()
    await acknowledge('a')
    t.match(await listed(), [
      {
        client_id: client.id, instance: 'a', state: 'effective', seq, kids: ['k'], max_staleness: 5, when_stale: 'lookup', subscribed_at: String,
        acknowledged_at: String
      },
      { instance: 'b', state: 'lagging', seq: null, kids: null, max_staleness: null, when_stale: null, acknowledged_at: null }
    ])
    const counts = ['effective', 'lagging', 'silent'].map(state => gauge(`countersign_verifiers_${state}`))
    t.strictSame(await Promise.all(counts), ['1', '1', '0'])
    t.match(await gauge('countersign_reach_latency_seconds'), /^[\d.]+$/)
  })

  t.test('the reach of a revocation is told, and an operator who removes a verifier is waited for no more', async t => {
    const seq = await revoke()
    await acknowledge('a')
    t.match(await call(`GET /admin/revocations/${seq}/reach`), { status: 200, body: { seq, verifiers: 2, effective: 1, lagging: [{ instance: 'b' }] } })
    t.match(await remove('b'), { status: 200, body: { client_id: client.id, instance: 'b' } })
    t.match((await call(`GET /admin/revocations/${seq}/reach`)).body, { verifiers: 1, effective: 1, since: String, lagging: [] })
    t.match(await remove('b'), { status: 404, body: { error: /no verifier/ } })
    t.equal((await call(`GET /admin/revocations/${seq + 1}/reach`)).status, 404)
    t.match(await audit.list({ limit: 1, subject: client.id }), [{ kind: 'verifier/removed', actor: 'admin', details: { instance: 'b' } }])
  })

  t.test('a plan for a rotation tells of caches, of verifiers without the key and of those of whom nothing is known', async t => {
    const [signing, standby] = service.ring.records('sign')
    await acknowledge('a', { kids: [signing!.kid, standby!.kid] })
    await acknowledge('old', { kids: [signing!.kid] })
    await verifiers.note([{ clientId: client.id, instance: 'mute', maxStaleness: 5, whenStale: 'accept' }])
    const published = standby!.createdAt.getTime()
    t.match(await plan(), {
      signing: signing!.kid, standby: standby!.kid, planned_at: standby!.activeFrom.toISOString(), caches_know_at: iso(published + 660_000),
      earliest_at: null, last_token_ends_at: iso(published + (660 + 600 + 60) * 1000), lacking: [{ instance: 'old' }], unknown: [{ instance: 'mute' }]
    })
    t.match(await call('POST /admin/keys/rotate', {}), { status: 409, body: { error: new RegExp(`${client.id} old is without the key ${standby!.kid}`) } })
    await acknowledge('old', { kids: [signing!.kid, standby!.kid] })
    t.match(await plan(), { earliest_at: iso(published + 660_000), lacking: [] })
  })

  t.test('no word of a verifier makes a rotation early: it waits for every cache, or takes force', async t => {
    const [signing, standby] = service.ring.records('sign')
    const earliest = standby!.createdAt.getTime() + 660_000
    const rotate = (body: object) => call('POST /admin/keys/rotate', body)
    for (const at of ['now', iso(clock.now()), iso(earliest - 1)]) {
      t.match(await rotate({ at }), { status: 409, body: { error: new RegExp(`may lack the key until ${iso(earliest)}`) } }, at)
    }
    t.match(await rotate({ at: 'tomorrow' }), { status: 400, body: { error: /"now" or a time/ } })
    t.match(await rotate({ at: iso(standby!.activeFrom.getTime() + 1000) }), { status: 409, body: { error: /takes over at .* as it is/ } })
    t.match(await rotate({ at: iso(earliest + 5000) }), { status: 200, body: { kid: standby!.kid, signsFrom: iso(earliest + 5000) } })
    t.match(await rotate({}), { status: 200, body: { signsFrom: iso(earliest) } })
    t.equal(service.ring.signing().record.kid, signing!.kid, 'until then the old one signs')
    t.match(await rotate({ purpose: 'mac', at: 'now' }), { status: 409 }, 'refresh tokens are read by the service alone, which has caches of its own')
    t.match(await rotate({ at: 'now', force: true }), { status: 200, body: { kid: standby!.kid, signsFrom: iso(clock.now()) } })
    t.equal(service.ring.signing().record.kid, standby!.kid)
  })

  t.test('with the caches run out, one verifier that lacks the key is enough to refuse, and a silent one is not', async t => {
    const signing = service.ring.signing().record
    clock.advance(700)
    await service.pulse.refresh()
    await acknowledge('old', { kids: [signing.kid] })
    t.match(await call('POST /admin/keys/rotate', { at: 'now' }), { status: 409, body: { error: /would refuse its tokens/ } })
    await remove('old')
    await remove('a')
    t.match(await call('POST /admin/keys/rotate', { at: 'now' }), { status: 200, body: { signsFrom: iso(clock.now()) } })
    t.not(service.ring.signing().record.kid, signing.kid)
  })
}, { clock, config: { KEY_ROTATION_INTERVAL: '86400' } })
