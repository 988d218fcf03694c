import t, { type Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../src/stores/postgres/stores.ts'
import { createDatabase, onServer, openMigrated, sharedDatabaseUrl } from '../support/database.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { browserSessionsContract } from './browser-sessions.contract.ts'
import { clientChangesContract } from './client-changes.contract.ts'
import { clientRegistrationsContract } from './client-registrations.contract.ts'
import { apisContract } from './apis.contract.ts'
import { clientsContract } from './clients.contract.ts'
import { consentsContract } from './consents.contract.ts'
import { grantsContract } from './grants.contract.ts'
import { journalContract } from './journal.contract.ts'
import { keysContract } from './keys.contract.ts'
import { profilesContract } from './profiles.contract.ts'
import { logoutNoticesContract } from './logout-notices.contract.ts'
import { act, randomId, sampleGrant, signInAnew, type OpenStores } from './sample.ts'
import { devicesContract, sessionsContract } from './sessions.contract.ts'
import { auditContract, canaryContract, stateContract } from './state.contract.ts'
import { statusesOfTheDeleted, statusListsContract } from './status-lists.contract.ts'
import { subjectsContract } from './subjects.contract.ts'
import { usersContract } from './users.contract.ts'
import { verifiersContract } from './verifiers.contract.ts'
import { inWholeMilliseconds } from './whole-milliseconds.ts'

const suites: Record<string, (t: Test, open: OpenStores) => void> = {
  users: usersContract,
  profiles: profilesContract,
  'pairwise subjects': subjectsContract,
  sessions: sessionsContract,
  devices: devicesContract,
  'browser sessions': browserSessionsContract,
  consents: consentsContract,
  grants: grantsContract,
  clients: clientsContract,
  'client changes': clientChangesContract,
  'client registrations': clientRegistrationsContract,
  apis: apisContract,
  keys: keysContract,
  logoutNotices: logoutNoticesContract,
  journal: journalContract,
  verifiers: verifiersContract,
  state: stateContract,
  canary: canaryContract,
  audit: auditContract,
  'status lists': statusListsContract
}

function runSuites(t: Test, database: Database): void {
  const stores = createPostgresStores(database)
  const open = () => Promise.resolve(stores)
  for (const [name, suite] of Object.entries(suites)) {
    t.test(name, async t => suite(t, open))
  }
  t.test('a deleted grant is dead until the last token of it has expired', t => statusesOfTheDeleted(t, database))
  t.test('what has ended long ago is pruned', t => pruning(t, database))
  t.test('verifiers that have been silent for a week are pruned where they accept nothing by themselves', t => pruningVerifiers(t, database))
}

async function pruningVerifiers(t: Test, database: Database): Promise<void> {
  const { verifiers } = createPostgresStores(database)
  const clientId = 'countersign'
  await verifiers.note((['lookup', 'reject', 'accept', undefined] as const).map((whenStale, place) =>
    ({ clientId, instance: `${whenStale} ${place}`, maxStaleness: 5, whenStale })))
  await verifiers.note([{ clientId, instance: 'no bound', maxStaleness: undefined, whenStale: 'reject' }])
  const known = async () => (await verifiers.look()).verifiers.flatMap(verifier => verifier.clientId === clientId ? verifier.instance : [])
  t.equal(await verifiers.prune(), 0)
  await database.query.run(Prisma.sql`UPDATE verifiers SET subscribed_at = now() - interval '8 days'`)
  await verifiers.acknowledge([{ clientId, instance: 'lookup 0', seq: 0, hash: '', kids: undefined, maxStaleness: undefined, whenStale: undefined }])
  t.ok(await verifiers.prune() >= 1)
  t.strictSame(await known(), ['accept 2', 'lookup 0', 'no bound', 'undefined 3'])
}

async function pruning(t: Test, database: Database): Promise<void> {
  const stores = createPostgresStores(database)
  const grant = await signInAnew(stores, sampleGrant({ absoluteLifetime: 0 }))
  const known = await stores.journal.revokeToken(randomId('jti-'), act)
  const last = await stores.journal.revokeToken(randomId('jti-'), act)
  for (const table of ['sessions', 'grants']) {
    await database.query.run(
      Prisma.sql`UPDATE ${Prisma.raw(table)} SET expires_at = expires_at - interval '1 day' WHERE expires_at < now()`
    )
  }
  await database.query.run(Prisma.sql`UPDATE revocations SET ends_at = now() - interval '1 second'`)
  t.ok(await stores.audit.prune({ auditDays: 30 }) >= 2)
  t.equal(await stores.grants.find(grant.id), undefined)
  t.ok(await stores.journal.prune() > 0)
  t.same(await readSnapshot(stores.journal), { head: { seq: last.seq, hash: last.hash }, entries: [] })
  t.equal(await stores.journal.readAfter(known, 10), 'unknown', 'a reader at a pruned entry needs a snapshot')
  t.same(await stores.journal.readAfter(last, 10), [], 'a reader at the head does not')
  const next = await stores.journal.revokeToken(randomId('jti-'), act)
  t.equal(next.seq, last.seq + 1)
  t.same(await stores.journal.readAfter(last, 10), [next], 'and is told the next one, however long ago its own has ended')
}

t.test('on the embedded database', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  runSuites(t, inWholeMilliseconds(database))
})

t.test('on PostgreSQL', { skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set' }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  // A server far from UTC: times must come out right all the same.
  await onServer(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET timezone TO 'Asia/Kathmandu'`)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(async () => {
    await database.close()
    await drop()
  })
  runSuites(t, inWholeMilliseconds(database))
})
