import t, { type Test } from 'tap'
import {
  authorizeUrl, callback, createVisitor, createWebClient, formsOf, obtainTokens, responseOf, settle, submit, walk
} from '../support/authorization.ts'
import { createDatabase, sharedDatabaseUrl } from '../support/database.ts'
import { startProxy } from '../support/proxy.ts'
import { startRedis } from '../support/redis.ts'
import { openService } from '../support/service.ts'
import { until } from '../support/until.ts'
import { createUser } from '../support/users.ts'

/** What people see while PostgreSQL or Redis is away. */

t.setTimeout(300_000)
const skip = sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set: these tests need a PostgreSQL'

async function openScene(t: Test) {
  const [database, redis] = [await createDatabase(sharedDatabaseUrl!), await startRedis()]
  t.teardown(() => Promise.all([database.drop().catch(() => undefined), redis.remove()]))
  const [way, redisWay] = [await startProxy(database.url), await startProxy(redis.url)]
  t.teardown(() => Promise.all([way.close(), redisWay.close()]))
  const { app, service } = await openService(t, { store: 'real', config: { DATABASE_URL: way.url, REDIS_URL: redisWay.url } })
  const client = await createWebClient(service, { postLogoutRedirectUris: [callback] })
  const [user, stranger, known] = [await createUser(service), createVisitor(app), createVisitor(app)]
  const { id_token: hint } = await obtainTokens(app, { client, user, visitor: known })
  const begin = async (visitor: typeof known, changes = {}) => settle(visitor, await visitor.get(authorizeUrl(client, changes)))
  const pages = { signIn: await begin(stranger), consent: await begin(known, { prompt: 'consent' }) }
  const away = (answer: typeof pages.signIn, name: string) => {
    t.equal(answer.statusCode, 503, name)
    t.match(answer.headers, { 'content-type': /^text\/html/, 'retry-after': /^[1-9]\d*$/, 'cache-control': 'no-store' }, name)
    t.match(answer.body, /Try again/, name)
    t.notOk('access-control-allow-origin' in answer.headers, name)
  }
  return { app, client, user, stranger, known, hint, pages, database: way, redis: redisWay, away }
}

t.test('C58: while Redis is away a page says so, and an application is told; signing out with a hint goes on', { skip }, async t => {
  const { client, user, stranger, known, hint, pages, redis, away } = await openScene(t)
  const address = formsOf(pages.signIn)['sign-in']!.action.replace(/\/sign-in$/, '')
  redis.cut()
  const credentials = { email: user.email, password: user.password }
  away(await stranger.get(address), 'the page')
  away(await submit(stranger, pages.signIn, { form: 'sign-in', fields: credentials }), 'its form')
  away(await submit(known, pages.consent, { form: 'consent', fields: { decision: 'allow' } }), 'consent')
  away(await known.get('/oauth/logout'), 'the question whether to sign out')
  for (const visitor of [stranger, known]) {
    t.match(responseOf(await visitor.get(authorizeUrl(client))), { error: 'temporarily_unavailable', state: 'state-1' })
  }
  redis.heal()
  await until('Redis is reached again', async () => (await stranger.get(address)).statusCode === 200)
  t.match(responseOf(await walk(stranger, authorizeUrl(client), user)), { code: /./ })
  redis.cut()
  const gone = await known.get(`/oauth/logout?id_token_hint=${hint}&post_logout_redirect_uri=${encodeURIComponent(callback)}`)
  t.equal(gone.headers.location, callback)
})

t.test('C58: while PostgreSQL is away nobody is signed in or out, and nobody is told that the password is wrong', { skip }, async t => {
  const { client, user, stranger, known, hint, pages, database, away } = await openScene(t)
  const address = formsOf(pages.signIn)['sign-in']!.action.replace(/\/sign-in$/, '')
  database.cut()
  t.equal((await stranger.get(address)).statusCode, 200, 'the question who they are can be asked')
  const refused = await submit(stranger, pages.signIn, { form: 'sign-in', fields: { email: user.email, password: user.password } })
  away(refused, 'signing in')
  t.match(refused.body, 'Signing in is not possible at the moment.')
  t.ok(formsOf(refused)['sign-in'], 'the form is there to try again')
  away(await submit(known, pages.consent, { form: 'consent', fields: { decision: 'allow' } }), 'consent')
  away(await known.get('/oauth/logout'), 'signing out')
  away(await known.get(`/oauth/logout?id_token_hint=${hint}`), 'signing out with a hint')
  t.ok(known.cookies.has('countersign_session'), 'the cookie stays for another try')
  t.match(responseOf(await known.get(authorizeUrl(client))), { error: 'temporarily_unavailable' })
  database.heal()
  await until('PostgreSQL is reached again', async () => (await known.get('/oauth/logout')).statusCode === 200)
  t.match(responseOf(await walk(stranger, authorizeUrl(client), user)), { code: /./ })
})

t.test('C57: pages are for people: no other origin may read them, whatever it asks', { skip }, async t => {
  const { app, pages } = await openScene(t)
  const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' }
  for (const url of ['/oauth/authorize', '/oauth/logout', formsOf(pages.signIn)['sign-in']!.action]) {
    for (const method of ['OPTIONS', 'GET', 'POST'] as const) {
      const answer = await app.inject({ method, url, headers })
      t.notOk('access-control-allow-origin' in answer.headers, `${method} ${url}`)
    }
  }
})
