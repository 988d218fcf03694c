import t from 'tap'
import { createAuthorize } from '../../src/authorization/authorize.ts'
import { createCheckRequest } from '../../src/authorization/check-request.ts'
import { createApp } from '../../src/app.ts'
import { authorizeUrl, createVisitor, createWebClient, obtainCode, redeemCode, responseOf, walk } from '../support/authorization.ts'
import { sharedDatabaseUrl } from '../support/database.ts'
import { startRedis } from '../support/redis.ts'
import { availableStores, openService } from '../support/service.ts'
import { until } from '../support/until.ts'
import { createUser } from '../support/users.ts'
import { watchAnswers } from '../support/watch-answers.ts'

/** What the client hears of our own trouble. */

for (const store of availableStores()) {
  t.test(`A22: with the database away the client is told to try again, on ${store} stores`, async t => {
    const { app, service } = await openService(t, { store })
    const user = await createUser(service)
    const client = await createWebClient(service)
    const visitor = createVisitor(app)
    await walk(visitor, authorizeUrl(client), user)
    await service.stores.close()
    for (const who of [visitor, createVisitor(app)]) {
      for (const changes of [{}, { prompt: 'none' }, { prompt: 'login' }]) {
        // Without a cookie the embedded stores have nobody to ask: what waits is in memory there.
        if (who !== visitor && store === 'embedded') continue
        const isAsked = who === visitor || !('prompt' in changes) || changes.prompt !== 'none'
        const response = responseOf(await who.get(authorizeUrl(client, changes)))
        t.match(response, { error: isAsked ? 'temporarily_unavailable' : 'login_required', state: 'state-1', iss: service.config.issuer })
        t.notOk('code' in response)
      }
    }
    const stranger = await visitor.get('/oauth/authorize?client_id=unknown')
    t.equal(stranger.statusCode, 503, 'a client that cannot be looked up is told of on a page')
    t.match(stranger.headers, { 'retry-after': /^[1-9]/, 'content-type': /^text\/html/, location: undefined })
  })
}

t.test('C58: a code that comes while Redis is away is neither refused nor spent', {
  skip: sharedDatabaseUrl === undefined && 'TEST_DATABASE_URL is not set'
}, async t => {
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const { app, service } = await openService(t, { store: 'real', config: { REDIS_URL: redis.url } })
  const client = await createWebClient(service)
  const code = await obtainCode({ client, user: await createUser(service), visitor: createVisitor(app) })
  redis.freeze()
  const refused = await redeemCode(app, client, code)
  t.equal(refused.statusCode, 503)
  t.match(refused.headers, { 'retry-after': /^[1-9]/ })
  t.match(refused.json(), { error: 'temporarily_unavailable' })
  redis.thaw()
  let answer = refused
  await until('Redis is back', async () => (answer = await redeemCode(app, client, code)).statusCode !== 503)
  t.equal(answer.statusCode, 200)
})

t.test('A22: a fault of ours is server_error to the client, and its story is in the log alone', async t => {
  const { service, logLines } = await openService(t, { store: 'embedded' })
  const client = await createWebClient(service)
  const broken = async (): Promise<never> => {
    throw new Error('the secret story')
  }
  const { registry, rooms, config: { issuer }, logger: log } = service
  const way = { issuer, log, interactions: rooms.interactions, lookAtPerson: broken, issueCode: broken as never, mustWarn: async () => false }
  const faults = {
    'while looking at the person': createAuthorize({ ...way, checkRequest: createCheckRequest({ registry, apis: rooms.apis, issuer, log }) }),
    'while checking the request': createAuthorize({
      ...way, checkRequest: createCheckRequest({ registry, issuer, log, apis: { find: () => { throw new Error('the secret story') } } })
    })
  }
  for (const [name, authorize] of Object.entries(faults)) {
    const app = await watchAnswers(t, () => createApp({
      rooms: { ...rooms, authorize, isReady: service.isReady }, logger: log, trustProxy: []
    }), { issuer })
    t.teardown(() => app.close())
    const changes = name === 'while checking the request' ? { resource: 'https://api.example.com' } : {}
    const answer = await createVisitor(app).get(authorizeUrl(client, changes))
    t.match(responseOf(answer), { error: 'server_error', error_description: 'Something went wrong on our side.', state: 'state-1', iss: issuer }, name)
    t.notMatch(answer.headers.location, /secret|story|Error|at%20/)
  }
  t.equal(logLines.filter(line => line.includes('the secret story') && line.includes('authorize')).length >= 2, true)
})
