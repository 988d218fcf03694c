import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import Fastify from 'fastify'
import t from 'tap'
import { pendingNames } from '../../src/protocol/pending-names.ts'
import { createAttempts } from '../../src/accounts/attempts.ts'
import { createInteractions, type InteractionStart } from '../../src/authorization/interactions.ts'
import { limitClientFailures } from '../../src/http/plugins/client-failures.ts'
import { limitPerIp, registerRateLimit } from '../../src/http/plugins/rate-limit.ts'
import { createRefreshLimits } from '../../src/http/refresh-limits.ts'
import { CountersignError } from '../../src/protocol/errors.ts'
import type { CounterStore } from '../../src/stores/counters.ts'
import { createMemoryPending } from '../../src/stores/memory/pending.ts'
import { redisKeys } from '../../src/stores/redis/keys.ts'
import { systemClock, systemRandom } from '../../src/system.ts'
import { refreshTokenPrefix } from '../../src/tokens/refresh-token.ts'
import { codeSpans, readPage, root, sectionOf, tableRows } from './read-page.ts'

const page = readPage('docs/storage.md')
const firstSpans = (section: string) => tableRows(sectionOf(page, section)).flatMap(([cell]) => codeSpans(cell!))

t.test('docs/storage.md tells of every table of the database, and of no other', async t => {
  const mapped = [...readPage('prisma/schema.prisma').matchAll(/^ {2}@@map\("(\w+)"\)/gm)].map(([, name]) => name!)
  t.ok(mapped.length >= 10)
  t.strictSame(firstSpans('PostgreSQL').toSorted(), [...mapped, '_prisma_migrations'].toSorted())
})

t.test('docs/storage.md tells of every function, trigger and sequence of the database', async t => {
  const folder = path.join(root, 'prisma/migrations')
  const sql = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
    .map(({ name }) => readFileSync(path.join(folder, name, 'migration.sql'), 'utf8')).join('\n')
  const made = [...sql.matchAll(/^CREATE (?:OR REPLACE )?(?:FUNCTION|TRIGGER|SEQUENCE) "(\w+)"/gm)].map(([, name]) => name!)
  t.ok(made.length >= 8)
  const named = codeSpans(sectionOf(page, 'PostgreSQL'))
  t.strictSame(made.filter(name => !named.includes(name)), [])
})

t.test('docs/storage.md tells of every name in Redis, and of no other', async t => {
  const { counter, pending, ...fixed } = redisKeys()
  const counted = (await countEverything()).shared.map(counter)
  const named = firstSpans('Redis')
  const waiting = Object.values(pendingNames).map(nameOf => pending(nameOf('a', 'b')))
  t.strictSame(unmatched([...Object.values(fixed), ...counted, ...waiting], named), { untold: [], unknown: [] })
})

t.test('docs/storage.md tells of every counter that stays in memory, and of no other', async t => {
  t.strictSame(unmatched((await countEverything()).local, firstSpans('Memory')), { untold: [], unknown: [] })
})

/** Nobody's, but it has the form: MAC key, grant, generation and MAC, all of them ones. */
const wellFormedToken = refreshTokenPrefix + Buffer.alloc(58, 1).toString('base64url')

/** On the page `<who>` stands for any one part of a name. */
function unmatched(names: string[], told: string[]) {
  const patterns = told.map(each => ({
    each, pattern: new RegExp(`^${each.replace(/[{}.*+?^$()|[\]\\]/g, '\\$&').replace(/<\w+>/g, '[^:]+')}$`)
  }))
  return {
    untold: names.filter(name => !patterns.some(({ pattern }) => pattern.test(name))),
    unknown: patterns.filter(({ pattern }) => !names.some(name => pattern.test(name))).map(({ each }) => each)
  }
}

/** The names of all windows that one attempt of each kind begins. */
async function countEverything(): Promise<{ shared: string[]; local: string[] }> {
  const [shared, local] = [recordCounters(), recordCounters()]
  const attempts = createAttempts({ counters: shared.counters })
  await attempts.reserveSignIn({ email: 'a@example.com', deviceHash: undefined })
  await attempts.reserveSignIn({ email: 'a@example.com', deviceHash: Buffer.alloc(32) })
  await attempts.reservePasswordChange('a-session')
  const interactions = createInteractions({
    pending: createMemoryPending(systemClock), counters: shared.counters, random: systemRandom, clock: systemClock, limitPerAddress: 1
  })
  await interactions.begin({ browser: 'a-browser', address: 'an-address' } as InteractionStart)

  const app = Fastify()
  await registerRateLimit(app, shared.counters)
  const limits = createRefreshLimits(local.counters)
  app.get('/limited', { config: limitPerIp(5, 60) }, () => 'ok')
  app.get('/refreshed', request => limits.guard(request, wellFormedToken, async () => 'ok'))
  await app.register(async part => {
    limitClientFailures(part, local.counters)
    part.get('/refused', () => { throw new CountersignError('invalid_client', { reason: 'client/unknown' }) })
  })
  for (const url of ['/limited', '/refreshed', '/refused']) await app.inject(url)
  await app.close()
  return { shared: shared.names, local: local.names }
}

function recordCounters(): { names: string[]; counters: CounterStore } {
  const names: string[] = []
  return {
    names,
    counters: {
      reserve(name) {
        names.push(name)
        return Promise.resolve({ allowed: true, count: 1, resetsIn: 1 })
      },
      giveBack: () => Promise.resolve()
    }
  }
}
