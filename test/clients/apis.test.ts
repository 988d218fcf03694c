import t from 'tap'
import { createApiRegistry } from '../../src/clients/apis.ts'
import { unavailable } from '../../src/protocol/errors.ts'
import type { Api, ApiStore } from '../../src/stores/apis.ts'
import type { ServiceState } from '../../src/stores/state.ts'

const api = (identifier: string, clients: string[] = []): Api =>
  ({ identifier, name: 'x', scopes: [], tokenLifetime: undefined, clients, statusList: false, createdAt: new Date(0) })
const at = (clientsVersion: number) => ({ clientsVersion }) as ServiceState

function openRegistry(stored: { apis: Api[]; reads: number; broken?: boolean }) {
  const pulse = { stale: false, current: () => pulse.stale ? failStale() : at(0) }
  const list = async () => {
    stored.reads++
    if (stored.broken) throw unavailable('database/unreachable')
    return stored.apis
  }
  return { pulse, registry: createApiRegistry({ store: { list } as ApiStore, pulse }) }
}

function failStale(): never {
  throw unavailable('state/stale')
}

t.test('all APIs are read when something changed, and only then', async t => {
  const stored = { apis: [api('urn:a', ['shop'])], reads: 0 }
  const { registry } = openRegistry(stored)
  for (const version of [1, 1, 1]) await registry.follow(at(version))
  t.equal(stored.reads, 1)
  t.match(registry.find('urn:a'), { identifier: 'urn:a' })
  t.equal(registry.find('urn:A'), undefined)
  stored.apis = [api('urn:b', ['shop', 'till']), api('urn:c', ['till'])]
  t.ok(registry.find('urn:a'), 'not before it is told')
  await registry.follow(at(2))
  t.equal(registry.find('urn:a'), undefined)
  t.strictSame(registry.openTo('shop'), ['urn:b'])
  t.strictSame(registry.openTo('till'), ['urn:b', 'urn:c'])
  t.strictSame(registry.openTo('nobody'), [])
})

t.test('a reading that failed is tried again', async t => {
  const stored = { apis: [api('urn:a')], reads: 0, broken: true }
  const { registry } = openRegistry(stored)
  await t.rejects(registry.follow(at(1)), { code: 'temporarily_unavailable' })
  stored.broken = false
  await registry.follow(at(1))
  t.ok(registry.find('urn:a'))
})

t.test('nothing is said of what may have changed unseen', async t => {
  const { pulse, registry } = openRegistry({ apis: [], reads: 0 })
  pulse.stale = true
  t.throws(() => registry.find('urn:a'), { code: 'temporarily_unavailable' })
  t.throws(() => registry.openTo('shop'), { code: 'temporarily_unavailable' })
})
