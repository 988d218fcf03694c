import t from 'tap'
import { Prisma } from '../../../src/generated/prisma/client.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../../support/database.ts'

const skip = sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
const moment = new Date('2026-11-28T04:05:06.789Z')
const values = {
  small: 7, big: 9_007_199_254_740_993n, ratio: 0.25, yes: true, text: "it's {a} \\ “text”", words: ['a b', '', 'c,"d"'], none: null,
  moment, bytes: Buffer.from([0, 255, 10]), json: { a: [1, { b: null }] }, noJson: null, bigs: [1n, -2n], moments: [moment]
}

const statement = Prisma.sql`
  SELECT ${values.small}::int AS small, ${values.big}::bigint AS big, ${values.ratio}::float8 AS ratio, ${values.yes}::boolean AS yes,
    ${values.text}::text AS text, ${values.words}::text[] AS words, ${values.none}::text AS none,
    ${values.moment}::timestamptz AS moment, ${values.bytes}::bytea AS bytes, ${JSON.stringify(values.json)}::jsonb AS json,
    NULL::jsonb AS "noJson", ${values.bigs}::bigint[] AS bigs, ARRAY[${values.moment}::timestamptz] AS moments`

t.test('values come back from the embedded database as they went', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  t.strictSame(await database.query.row(statement), values)
})

t.test('a list gives each of its members as a value of that type alone would come, NULL as null', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  t.strictSame(await database.query.row(Prisma.sql`
    SELECT ARRAY[1, NULL]::bigint[] AS bigs, ARRAY[${moment}::timestamptz, NULL] AS moments,
      ARRAY['{"a":[1]}', NULL]::jsonb[] AS jsons`), { bigs: [1n, null], moments: [moment, null], jsons: [{ a: [1] }, null] })
})

t.test('values come back from a server as they went', { skip }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(async () => {
    await database.close()
    await drop()
  })
  t.strictSame(await database.query.row(statement), values)
  t.equal(await database.query.row(Prisma.sql`SELECT 1 AS one WHERE false`), undefined, 'no row is undefined')
  t.equal(await database.query.run(Prisma.sql`SELECT generate_series(1, ${3}::int)`), 3, 'and the rows are counted')
})
