import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { createNoticeDelivery, type NoticeDelivery } from '../../src/logout/deliver-notices.ts'
import { createSendLogoutToken } from '../../src/logout/send-logout-token.ts'
import { createOutboundFetch } from '../../src/outbound/outbound-fetch.ts'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import type { Database } from '../../src/stores/postgres/database.ts'
import { createPostgresStores } from '../../src/stores/postgres/stores.ts'
import { systemClock, systemRandom } from '../../src/system.ts'
import { act, randomId, sampleGrant, sampleRedemption, signInAnew } from '../contract/sample.ts'
import { createDatabase, openMigrated, sharedDatabaseUrl } from '../support/database.ts'
import { createTestLog } from '../support/log.ts'
import { createTestMetrics } from '../support/metrics.ts'
import { until } from '../support/until.ts'
import { startWebServer } from '../support/web-server.ts'

/** Instances that deliver from one real database to real servers; only the signature is none. */
function openScene(t: Test, database: Database) {
  const stores = createPostgresStores(database)
  const [log, metrics] = [createTestLog(), createTestMetrics()]
  const start = ({ sent = [], ...limits }: { sent?: object[]; timeout?: number; maxRequests?: number } = {}): NoticeDelivery => {
    const send = createSendLogoutToken({
      signJwt: async (typ, claims) => {
        sent.push(claims)
        return JSON.stringify({ typ, claims })
      },
      outboundFetch: createOutboundFetch({ privateNetworks: ['127.0.0.0/8'], timeout: 10_000, ...limits }),
      clock: systemClock, random: systemRandom, issuer: 'https://id.example.com'
    })
    const delivery = createNoticeDelivery({ store: stores.logoutNotices, send, log, metrics })
    delivery.start()
    t.teardown(() => delivery.stop())
    return delivery
  }
  return {
    log, stores, start,
    outcomes: () => metrics.taken.splice(0).map(({ labels }) => labels['outcome']),
    async addClient(uri: string, registrationTokenHash?: Buffer) {
      const id = randomId('rp-')
      await stores.clients.create({
        id, tag: clientTagOf(id), name: 'RP', secretHash: undefined, authMethods: ['none'], grantTypes: [], scopes: [], audience: [],
        redirectUris: [], backchannelLogoutUri: uri, registrationTokenHash
      }, 'admin')
      return id
    },
    async queue(clientId: string, count = 1) {
      for (let at = 0; at < count; at++) {
        const session = await signInAnew(stores)
        await stores.grants.redeem(await sampleRedemption(stores, session, { grant: sampleGrant({ clientId }) }))
        await stores.sessions.end(session.sessionId, act)
      }
    },
    /** As if every delay had passed. */
    passTime: () => database.query.run(Prisma.sql`UPDATE logout_notices SET due_at = now() - interval '1 second'`),
    rows: () => database.query.rows<{ attempts: number; wait: number }>(Prisma.sql`
      SELECT attempts, extract(epoch FROM due_at - clock_timestamp())::float8 AS wait FROM logout_notices`),
    forgetUri: (clientId: string) => database.query.run(
      Prisma.sql`UPDATE clients SET backchannel_logout_uri = NULL WHERE id = ${clientId}`)
  }
}

async function runAll(t: Test, database: Database): Promise<void> {
  t.test('O180: a client that fails twice and then works is told at the third attempt, with a token of its own', async t => {
    const { addClient, queue, start, passTime, rows, outcomes } = openScene(t, database)
    let failures = 2
    const server = await startWebServer(t, response => void response.writeHead(failures-- > 0 ? 400 : 204).end())
    const sent: Array<{ jti?: string }> = []
    const delivery = start({ sent })
    await queue(await addClient(server.url))
    for (const [attempts, delay] of [[1, 10], [2, 20]] as const) {
      await delivery.nudge()
      const [row] = await rows()
      t.match(row, { attempts })
      t.ok(row!.wait > delay - 5 && row!.wait <= delay, `tried again in ${row!.wait} s`)
      await delivery.nudge()
      t.equal(server.requests.length, attempts, 'and not before')
      await passTime()
    }
    await delivery.nudge()
    t.strictSame(outcomes(), ['refused', 'refused', 'delivered'])
    t.strictSame(await rows(), [])
    t.equal(new Set(sent.map(({ jti }) => jti)).size, 3)
  })

  t.test('a client that registered itself is not told on a network that is there for the others', async t => {
    const { addClient, queue, start, outcomes } = openScene(t, database)
    const server = await startWebServer(t, response => void response.end())
    await queue(await addClient(server.url, randomBytes(32)))
    await queue(await addClient(server.url))
    await start().nudge()
    t.strictSame(outcomes().sort(), ['blocked', 'delivered'])
    t.equal(server.requests.length, 1)
    await database.query.run(Prisma.sql`DELETE FROM logout_notices`)
  })

  t.test('after eight attempts it is given up, with an audit event', async t => {
    const { addClient, queue, start, passTime, rows, outcomes, stores } = openScene(t, database)
    const server = await startWebServer(t, response => void response.writeHead(302, { location: '/' }).end())
    const delivery = start()
    const clientId = await addClient(server.url)
    await queue(clientId)
    for (let attempt = 1; attempt <= 8; attempt++) {
      t.equal((await rows()).length, 1)
      await passTime()
      await delivery.nudge()
    }
    t.strictSame(await rows(), [])
    t.equal(server.requests.length, 8)
    t.strictSame(outcomes(), [...Array<string>(8).fill('unreachable'), 'given-up'])
    t.match((await stores.audit.list({ limit: 1, subject: clientId }))[0], { kind: 'logout-notice/given-up', details: { attempts: 8 } })
  })

  t.test('a notice that never left, because too much else was on its way, is not given up', async t => {
    const { addClient, queue, start, passTime, rows, outcomes } = openScene(t, database)
    const server = await startWebServer(t, response => void response.end())
    await queue(await addClient(server.url))
    const crowded = start({ maxRequests: 0 })
    for (let attempt = 1; attempt <= 10; attempt++) {
      await crowded.nudge()
      await passTime()
    }
    await crowded.stop()
    t.equal((await rows()).length, 1)
    await start().nudge()
    t.equal(server.requests.length, 1)
    t.strictSame(outcomes().slice(-2), ['unreachable', 'delivered'])
  })

  t.test('two instances deliver each notice once', async t => {
    const { addClient, queue, start, rows, outcomes } = openScene(t, database)
    const server = await startWebServer(t, response => void response.end())
    const instances = [start(), start()]
    const clients = [await addClient(server.url), await addClient(server.url), await addClient(server.url)]
    for (const clientId of clients) await queue(clientId, 12)
    await Promise.all([...instances, ...instances].map(each => each.nudge()))
    t.strictSame(await rows(), [])
    t.equal(outcomes().length, 36)
    const told = server.requests.map(({ body }) => {
      const { claims } = JSON.parse(new URLSearchParams(body).get('logout_token')!) as { claims: { aud: string; sid: string } }
      return `${claims.aud} ${claims.sid}`
    })
    t.equal(told.length, 36)
    t.equal(new Set(told).size, 36)
  })

  t.test('a notice that an instance died with is delivered by another', async t => {
    const { addClient, queue, start, passTime, rows, stores } = openScene(t, database)
    const server = await startWebServer(t, response => void response.end())
    const clientId = await addClient(server.url)
    await queue(clientId)
    t.equal((await stores.logoutNotices.claim({ limit: 1, except: [], delays: [10] })).length, 1, 'claimed, and never heard of again')
    const delivery = start()
    await delivery.nudge()
    t.equal(server.requests.length, 0)
    await passTime()
    await delivery.nudge()
    t.equal(server.requests.length, 1)
    t.strictSame(await rows(), [])
  })

  t.test('a client that does not answer holds up no other, however much waits for it', async t => {
    const { addClient, queue, start, rows, forgetUri, passTime } = openScene(t, database)
    const dead = await startWebServer(t, () => {})
    const alive = await startWebServer(t, response => void response.end())
    const [deadId, aliveId] = [await addClient(dead.url), await addClient(alive.url)]
    await queue(deadId, 30)
    await queue(aliveId, 10)
    const delivery = start({ timeout: 300 })
    const all = delivery.nudge()
    await until('the other client has been told', () => alive.requests.length === 10)
    t.ok(dead.requests.length <= 16, `${dead.requests.length} of 30 were tried meanwhile`)
    await all
    t.equal(dead.requests.length, 30, 'each was tried')
    await forgetUri(deadId)
    await passTime()
    await delivery.nudge()
    t.equal(dead.requests.length, 30, 'a client that no longer wants to hear of it is left alone')
    t.strictSame(await rows(), [])
  })

  t.test('nothing is delivered before the start or after the end', async t => {
    const { addClient, queue, start, rows, passTime } = openScene(t, database)
    const server = await startWebServer(t, response => void response.end())
    await queue(await addClient(server.url))
    const delivery = start()
    await delivery.stop()
    await delivery.nudge()
    t.equal(server.requests.length, 0)
    t.equal((await rows()).length, 1)
    delivery.start()
    await delivery.nudge()
    t.equal(server.requests.length, 1)
    await passTime()
  })
}

t.test('on the embedded database', async t => {
  const database = await openMigrated(t.testdir())
  t.teardown(() => database.close())
  await runAll(t, database)
})

t.test('on PostgreSQL', { skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set' }, async t => {
  const { url, drop } = await createDatabase(sharedDatabaseUrl!)
  const database = await openMigrated(t.testdir(), url)
  t.teardown(async () => {
    await database.close()
    await drop()
  })
  await runAll(t, database)
})
