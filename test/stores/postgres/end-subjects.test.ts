import pg from 'pg'
import t from 'tap'
import { createPostgresStores } from '../../../src/stores/postgres/stores.ts'
import { act, randomId, redeemAnew, signInAnew } from '../../contract/sample.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../../support/database.ts'
import { until } from '../../support/until.ts'

const skip = sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'

t.test('a grant that came while the end of its user waited is ended under its own subject', { skip }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  const database = await openMigrated(t.testdir(), url)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  t.teardown(async () => {
    await other.end()
    await database.close()
    await drop()
  })
  const stores = createPostgresStores(database)
  const signedIn = await signInAnew(stores)
  const granted = await redeemAnew(stores, signedIn, { subject: randomId('pws_old') })
  const late = randomId('pws_late')

  // A redemption by hand: the share lock first, the grant later, and the end of everything begun in between.
  await other.query('BEGIN')
  await other.query('SELECT 1 FROM users WHERE id = $1 FOR SHARE', [signedIn.userId])
  const ending = stores.users.endEverything(signedIn.userId, act)
  await until('the end of everything waits for the lock', async () =>
    (await other.query("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).rowCount! > 0)
  await other.query('CREATE TEMPORARY TABLE copy AS SELECT * FROM grants WHERE id = $1', [granted])
  await other.query("UPDATE copy SET id = 'late', number = nextval('grant_numbers'), origin = sha256('late'::bytea), subject = $1", [late])
  await other.query('INSERT INTO grants SELECT * FROM copy')
  await other.query('COMMIT')

  const entries = await ending
  t.ok(entries.some(({ value }) => value === late), 'the late one, too', { entries })
})
