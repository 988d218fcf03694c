import t from 'tap'
import { createCanary, type CanaryOptions } from '../../src/revocation/canary.ts'
import type { JournalEntry } from '../../src/stores/journal.ts'
import type { Acknowledgement } from '../../src/stores/verifiers.ts'
import { clientToken, createClient } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { createTestMetrics } from '../support/metrics.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf } from '../support/users.ts'

const propagation = 'countersign_revocation_propagation_seconds'
const failures = 'countersign_canary_failures_total'

onEachStore(t, async (t, { app, service }) => {
  const { verifiers, journal, audit, state } = service.stores
  const client = await createClient(service)
  const silent = { kids: undefined, maxStaleness: undefined, whenStale: undefined }

  const acknowledgeHead = async (instance: string) => {
    const { seq, hash } = await journal.head()
    const said: Acknowledgement = { clientId: client.id, instance, ...silent, seq, hash: hash.subarray(0, 12).toString('base64url') }
    await verifiers.acknowledge([said])
  }

  /** Over the service's own parts, under a clock that goes on only while the canary waits. */
  function openCanary(changes: Partial<CanaryOptions> = {}) {
    const [metrics, clock] = [createTestMetrics(), createTestClock()]
    const warnings: object[] = []
    const quiet = () => {}
    const canary = createCanary({
      verifiers, revoker: service.rooms.revoker, clock, metrics,
      state: { beginCanary: () => state.beginCanary(0) },
      log: { debug: quiet, info: quiet, error: quiet, warn: fields => void warnings.push(fields) },
      async mint() {
        const token = await clientToken(app, client)
        return { token, jti: String(claimsOf(token)['jti']) }
      },
      isRevoked: async token => (await service.rooms.check([token])).tokens[0]!.revocation.revoked,
      pause: async time => clock.advance(time / 1000),
      ...changes
    })
    return { canary, clock, metrics, warnings }
  }

  t.test('with nobody subscribed it measures until the service itself refuses the token, and leaves no audit event', async t => {
    await journal.revokeToken('before', { reason: 'drill', actor: 'admin' })
    const before = await journal.head()
    await service.canary.run()
    t.match((await service.metrics.render()).body, new RegExp(`\n${propagation}_count 1\n`))
    t.match((await service.metrics.render()).body, new RegExp(`\n${failures} 0\n`))
    const [entry] = await journal.readAfter(before, 10) as JournalEntry[]
    t.match(entry, { target: 'token', value: /^c\..{16}\.\d+\..{12}$/, reason: 'canary' })
    t.strictSame(await audit.list({ limit: 10, subject: entry!.value }), [])
    await service.canary.run()
    t.equal((await journal.head()).seq, before.seq + 1, 'not twice within a minute')
  })

  t.test('it waits until every verifier that is not silent has acknowledged', async t => {
    for (const instance of ['a', 'b']) await acknowledgeHead(instance)
    const names = ['a', 'b']
    const { canary, clock, metrics, warnings } = openCanary({
      pause: async time => {
        clock.advance(time / 1000)
        const next = names.shift()
        if (next !== undefined) await acknowledgeHead(next)
      }
    })
    await canary.run()
    t.match(metrics.taken, [{ name: propagation, seconds: Number }])
    t.strictSame([names, warnings], [[], []])
    const { revocation, verifiers: known } = await verifiers.look()
    const last = Math.max(...known.map(({ reached }) => reached!.at.getTime() - revocation!.revokedAt.getTime()))
    t.equal(metrics.taken[0]!.seconds, last / 1000, 'by the clock of the database alone')
  })

  t.test('one that does not acknowledge within ten seconds is named, and the failure counted', async t => {
    await acknowledgeHead('a')
    const { canary, clock, metrics, warnings } = openCanary()
    await canary.run()
    t.strictSame(metrics.taken, [{ name: failures, labels: {} }])
    t.match(warnings, [{ lagging: [{ clientId: client.id, instance: 'a', seq: Number }, { instance: 'b' }], isRefused: true }])
    t.ok(clock.monotonic() > 10_000 && clock.monotonic() < 10_200)
    for (const instance of ['a', 'b']) await verifiers.forget({ clientId: client.id, instance })
  })

  t.test('a service that goes on taking the token is a failure, too, and so is one that cannot revoke it', async t => {
    const taking = openCanary({ isRevoked: async () => false })
    await taking.canary.run()
    t.match(taking.metrics.taken, [{ name: failures }])
    t.match(taking.warnings, [{ isRefused: false, lagging: [] }])
    const broken = openCanary({ revoker: { revoke: () => Promise.reject(new Error('away')) } })
    await broken.canary.run()
    t.match(broken.metrics.taken, [{ name: failures }])
  })

  t.test('who subscribes meanwhile is not waited for', async t => {
    const { canary, metrics } = openCanary({
      isRevoked: async token => {
        await verifiers.note([{ clientId: client.id, instance: 'late', maxStaleness: 5, whenStale: 'accept' }])
        return (await service.rooms.check([token])).tokens[0]!.revocation.revoked
      }
    })
    await canary.run()
    t.match(metrics.taken, [{ name: propagation }])
    await verifiers.forget({ clientId: client.id, instance: 'late' })
  })

  t.test('of two instances one measures', async t => {
    const turn = { beginCanary: () => state.beginCanary(55) }
    const [one, other] = [openCanary({ state: turn }), openCanary({ state: turn })]
    await Promise.all([one.canary.run(), other.canary.run()])
    t.equal(one.metrics.taken.length + other.metrics.taken.length, 0, 'one of the tests above was a moment ago')
    await state.beginCanary(0)
  })
})
