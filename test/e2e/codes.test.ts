import t from 'tap'
import { createClient as createRedisClient } from 'redis'
import type { LightMyRequestResponse } from 'fastify'
import { clientTagOf } from '../../src/protocol/identifiers.ts'
import { hashClientSecret, makeClientSecret } from '../../src/clients/secret.ts'
import { systemRandom } from '../../src/system.ts'
import { callback, makeProofKey, obtainCode, type CodeTokens, type Visitor } from '../support/authorization.ts'
import type { Instance } from '../support/instance.ts'
import { secret } from '../support/secrets.ts'
import { call, introspect, signIn, signOutEverywhere, type Answer } from './caller.ts'
import { setStage, skip, type Stage, type TestClient } from './stage.ts'

/** Authorization codes on two instances over one database: spent once, wherever, however many try. */

/** A browser that goes to whichever instance it is told to. */
function createBrowser(turn: () => Instance): Visitor {
  const cookies = new Map<string, string>()
  async function send(url: string, init: { method?: string; body?: string; headers?: Record<string, string> } = {}): Promise<LightMyRequestResponse> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(turn().url + url, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      cookies.set(name!, value!)
    }
    const headers = { location: answer.headers.get('location') ?? undefined }
    return { statusCode: answer.status, headers, body: await answer.text() } as unknown as LightMyRequestResponse
  }
  return {
    cookies,
    get: url => send(url),
    post: (url, form) => send(url, {
      method: 'POST', body: new URLSearchParams(form).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' }
    })
  }
}

async function addWebClient({ stores }: Stage, id: string): Promise<TestClient> {
  const clientSecret = secret(makeClientSecret(systemRandom))
  await stores.clients.create({
    id, tag: clientTagOf(id), name: 'Web', secretHash: hashClientSecret(clientSecret), authMethods: ['client_secret_basic'],
    grantTypes: ['authorization_code', 'refresh_token'], scopes: [], audience: [], redirectUris: [callback]
  }, 'test')
  return { id, secret: clientSecret }
}

interface Code {
  code: string
  verifier: string
}

function redeem(instance: Instance, basic: TestClient, { code, verifier }: Code): Promise<Answer<Partial<CodeTokens> & { error?: string }>> {
  return call(instance, '/oauth/token', {
    basic, form: { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback }
  })
}

t.test('codes', { skip }, async t => {
  const stage = await setStage(t)
  const [client, other] = [await addWebClient(stage, 'web'), await addWebClient(stage, 'other')]
  const instances = await stage.startTwo()
  const [one, two] = instances
  let turns = 0
  const nextInstance = (): Instance => instances[turns++ % 2]!

  async function arrive() {
    const user = await stage.addUser()
    const visitor = createBrowser(nextInstance)
    return { user, obtain: () => obtainCode({ client, user, visitor, changes: { scope: 'openid offline_access' } }) }
  }

  /** Whether userinfo, introspection and the refresh token take it, on each instance. */
  async function lives({ access_token: token, refresh_token: refreshToken }: Partial<CodeTokens>): Promise<boolean[]> {
    const answers = await Promise.all(instances.map(async instance => [
      (await call(instance, '/oauth/userinfo', { bearer: token! })).status === 200,
      (await introspect(instance, client, token!)).body['active'] === true
    ]))
    const refreshed = await call(one, '/oauth/token', { basic: client, form: { grant_type: 'refresh_token', refresh_token: refreshToken! } })
    return [...answers.flat(), refreshed.status === 200]
  }
  const [alive, dead] = [true, false].map(each => Array.from({ length: 5 }, () => each))

  async function flush(): Promise<void> {
    const redis = await createRedisClient({ url: stage.redis.url }).connect()
    await redis.flushAll()
    redis.destroy()
  }

  await t.test('the way of a request may go over both instances, and so may its code', async t => {
    const { obtain } = await arrive()
    const answer = await redeem(two, client, await obtain())
    t.equal(answer.status, 200)
    t.strictSame(await lives(answer.body), alive)
  })

  await t.test('E84: of fifty redemptions at once on two instances exactly one is answered, and then nothing of it is alive', async t => {
    const { obtain } = await arrive()
    for (let round = 0; round < 3; round++) {
      const code = await obtain()
      const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(nextInstance(), client, code)))
      const good = answers.filter(({ status }) => status === 200)
      t.equal(good.length, 1)
      t.ok(answers.every(answer => answer === good[0] || (answer.status === 400 && answer.body.error === 'invalid_grant')))
      t.strictSame(await lives(good[0]!.body), dead)
    }
  })

  await t.test('E82: with Redis emptied a replay is still known: an invalid one changes nothing, a valid one ends all', async t => {
    const { obtain } = await arrive()
    const code = await obtain()
    const tokens = (await redeem(one, client, code)).body
    await flush()
    for (const answer of [
      await redeem(two, client, { ...code, verifier: makeProofKey().verifier }), await redeem(two, other, code),
      await redeem(two, { ...client, secret: other.secret }, code)
    ]) t.ok([400, 401].includes(answer.status))
    t.strictSame((await lives(tokens)), alive)
    const replayed = await redeem(two, client, code)
    t.equal(replayed.status, 400)
    t.equal(replayed.body.error, 'invalid_grant')
    t.strictSame(await lives(tokens), dead)
  })

  await t.test('a code that Redis lost is gone, and the client begins again', async t => {
    const { obtain } = await arrive()
    const code = await obtain()
    await flush()
    t.equal((await redeem(one, client, code)).body.error, 'invalid_grant')
    t.equal((await redeem(one, client, await obtain())).status, 200, 'the session is still there')
  })

  await t.test('a code that Redis brings back after it was spent stays spent', async t => {
    const { obtain } = await arrive()
    const code = await obtain()
    const redis = await createRedisClient({ url: stage.redis.url }).connect()
    const before = new Map<string, string>()
    for await (const keys of redis.scanIterator()) {
      for (const key of keys) if (await redis.type(key) === 'string') before.set(key, (await redis.get(key))!)
    }
    const tokens = (await redeem(one, client, code)).body
    await redis.flushAll()
    for (const [key, value] of before) await redis.set(key, value, { EX: 60 })
    redis.destroy()
    t.equal((await redeem(two, client, code)).body.error, 'invalid_grant')
    t.strictSame(await lives(tokens), dead)
  })

  await t.test('no code outlives a sign-out everywhere at the other instance, in a row or in a race', async t => {
    const { user, obtain } = await arrive()
    const waiting = await obtain()
    await signOutEverywhere(two, (await signIn(two, user)).refreshToken)
    t.equal((await redeem(one, client, waiting)).body.error, 'invalid_grant')
    const seen = { redeemed: 0, refused: 0 }
    for (let round = 0; round < 8 || (round < 40 && Object.values(seen).includes(0)); round++) {
      const codes = [await obtain(), await obtain(), await obtain(), await obtain()]
      const { refreshToken } = await signIn(two, user)
      const spend = (some: typeof codes) => some.map((code, at) => redeem(at % 2 ? two : one, client, code))
      // From round to round one redemption fewer gets ahead of it.
      const ahead = 4 - round % 5
      const [early, end, late] = [spend(codes.slice(0, ahead)), signOutEverywhere(two, refreshToken), spend(codes.slice(ahead))]
      await end
      for (const answer of await Promise.all([...early, ...late])) {
        seen[answer.status === 200 ? 'redeemed' : 'refused']++
        if (answer.status === 200) t.strictSame(await lives(answer.body), dead)
        else t.equal(answer.body.error, 'invalid_grant')
      }
    }
    t.ok(seen.redeemed > 0 && seen.refused > 0, 'both orders came to pass', { seen })
  })
})
