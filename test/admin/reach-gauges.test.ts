import { Registry } from 'prom-client'
import t from 'tap'
import type { AdminInstance } from '../../src/admin/instance.ts'
import { addReachGauges } from '../../src/admin/reach-gauges.ts'
import type { Verifier, VerifiersView } from '../../src/stores/verifiers.ts'

const now = new Date('2026-11-28T10:00:00.000Z')
const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000)

const verifier = (instance: string, heard: number, changes: Partial<Verifier> = {}): Verifier => ({
  clientId: 'orders', instance, kids: undefined, maxStaleness: 5, whenStale: 'lookup', subscribedAt: before(3600),
  acknowledgedAt: before(heard), seq: 9, reached: undefined, ...changes
})

/** What /metrics says of a view: effective, lagging, silent. */
async function countsOf(view: VerifiersView): Promise<string[]> {
  const registry = new Registry()
  const stores = { verifiers: { look: () => Promise.resolve(view) } }
  await addReachGauges(registry, { stores } as unknown as AdminInstance)()
  const text = await registry.metrics()
  return ['effective', 'lagging', 'silent'].map(state => new RegExp(`^countersign_verifiers_${state} (\\S+)$`, 'm').exec(text)![1]!)
}

t.test('whoever watches the lagging ones alone misses no silent one that may be accepting what was revoked', async t => {
  const revocation = { seq: 9, revokedAt: before(30) }
  const view = (...verifiers: Verifier[]) => countsOf({ now, head: 9, revocation, verifiers })
  t.strictSame(await view(verifier('a', 1), verifier('b', 2, { seq: 8 })), ['1', '1', '0'])
  t.strictSame(await view(verifier('gone', 100, { seq: 8, whenStale: 'accept' })), ['0', '1', '1'])
  t.strictSame(await view(verifier('gone', 100, { whenStale: 'accept' })), ['0', '1', '1'], 'whatever it acknowledged before')
  t.strictSame(await view(verifier('gone', 100, { seq: 8, whenStale: undefined, maxStaleness: undefined })), ['0', '1', '1'])
  t.strictSame(await view(verifier('gone', 100, { seq: 8, maxStaleness: 20 })), ['0', '0', '1'], 'its bound has passed')
  t.strictSame(await view(verifier('gone', 100, { seq: 8, maxStaleness: 26 })), ['0', '1', '1'], 'its bound has yet to')
  t.strictSame(await view(), ['0', '0', '0'], 'one that was removed counts no more')
})
