import t from 'tap'
import {
  createVisitor, createWebClient, makeProofKey, obtainCode, obtainTokens, redeemCode, refreshTokens, type CodeTokens
} from '../support/authorization.ts'
import { postForm, type TestClient } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, createUser, signIn, type TestUser } from '../support/users.ts'

/** What a code ends when it comes twice, and what ends a code. */

onEachStore(t, async (t, { app, service, issuer }) => {
  const client = await createWebClient(service)
  const act = { reason: 'test', actor: 'admin' }

  /** Whether the refresh token, introspection and userinfo take it, in that order. */
  async function aliveOf(tokens: Pick<CodeTokens, 'access_token' | 'refresh_token'>, asking = client): Promise<boolean[]> {
    const introspected = await postForm(app, { url: '/oauth/introspect', client: asking, form: { token: tokens.access_token } })
    const userinfo = await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } })
    if (userinfo.statusCode !== 200) t.match(userinfo.headers['www-authenticate'], /^Bearer .*error="invalid_token"/)
    const refreshed = await refreshTokens(app, asking, { refresh_token: tokens.refresh_token })
    if (refreshed.statusCode !== 200) t.match(refreshed.json(), { error: 'invalid_grant' })
    const isActive = introspected.json<{ active: boolean }>().active
    if (!isActive) t.strictSame(introspected.json(), { active: false })
    return [refreshed.statusCode === 200, isActive, userinfo.statusCode === 200]
  }
  const [alive, dead] = [[true, true, true], [false, false, false]]

  async function arrive(asking: TestClient = client, scope = 'openid') {
    const user = await createUser(service)
    return { client: asking, user, visitor: createVisitor(app), changes: { scope } }
  }

  t.test('E82: a code that comes again with a good proof ends every token that came of it', async t => {
    for (const scope of ['openid', 'openid offline_access']) {
      const tokens = await obtainTokens(app, await arrive(client, scope))
      const next = (await refreshTokens(app, client, { refresh_token: tokens.refresh_token })).json<CodeTokens>()
      t.equal((await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${next.access_token}` } })).statusCode, 200)
      const replayed = await redeemCode(app, client, tokens)
      t.equal(replayed.statusCode, 400)
      t.match(replayed.json(), { error: 'invalid_grant' })
      for (const each of [tokens, next]) t.strictSame(await aliveOf(each), dead)
      t.equal((await redeemCode(app, client, tokens)).statusCode, 400, 'and a third time changes nothing')
    }
  })

  t.test('E82: a good proof ends all of it whatever else the replay asks for', async t => {
    for (const resource of ['https://nowhere.example', issuer + '#x', 'not-a-uri']) {
      const arrived = await arrive()
      const obtained = await obtainCode(arrived)
      const changes = { resource }
      t.match((await redeemCode(app, client, { ...obtained, changes })).json(), { error: 'invalid_target' }, 'before it is spent')
      const tokens = (await redeemCode(app, client, obtained)).json<CodeTokens>()
      const wrongly = await redeemCode(app, client, { ...obtained, verifier: makeProofKey().verifier, changes })
      t.match(wrongly.json(), { error: 'invalid_grant' })
      t.equal((await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } })).statusCode, 200)
      const replayed = await redeemCode(app, client, { ...obtained, changes })
      t.strictSame([replayed.statusCode, replayed.json<{ error: string }>().error], [400, 'invalid_grant'], resource)
      t.strictSame(await aliveOf(tokens), dead)
    }
  })

  t.test('E83: a code that comes again without a good proof changes nothing', async t => {
    const [other, spa] = [await createWebClient(service), await createWebClient(service, { authMethods: ['none'] })]
    const tokens = await obtainTokens(app, await arrive())
    for (const answer of [
      await redeemCode(app, client, { ...tokens, verifier: makeProofKey().verifier }),
      await redeemCode(app, client, { ...tokens, changes: { code_verifier: undefined } }),
      await redeemCode(app, client, { ...tokens, changes: { redirect_uri: 'https://evil.example/' } }),
      await redeemCode(app, other, tokens), await redeemCode(app, spa, tokens), await redeemCode(app, { id: client.id, secret: '' }, tokens),
      await redeemCode(app, { ...client, secret: other.secret }, tokens)
    ]) t.ok([400, 401].includes(answer.statusCode))
    t.strictSame(await aliveOf(tokens), alive)
  })

  t.test('E84: of many redemptions at once one is answered, and then nothing of it is left', async t => {
    const arrived = await arrive()
    for (let round = 0; round < 3; round++) {
      const obtained = await obtainCode(arrived)
      const answers = await Promise.all(Array.from({ length: 20 }, () => redeemCode(app, client, obtained)))
      const good = answers.filter(({ statusCode }) => statusCode === 200)
      t.equal(good.length, 1)
      for (const answer of answers) if (answer !== good[0]) t.match(answer.json(), { error: 'invalid_grant' })
      t.strictSame(await aliveOf(good[0]!.json<CodeTokens>()), dead)
    }
  })

  const byHimself = async (user: TestUser, route: string, body: object = {}) => {
    const { accessToken, refreshToken } = await signIn(app, user)
    const answer = await callApi(app, route, { token: accessToken, ...route.startsWith('POST') && { body: { refreshToken, ...body } } })
    t.ok(answer.statusCode < 300, `${route}: ${answer.body}`)
  }
  const endings: Record<string, (arrived: { user: TestUser; client: TestClient; cookie: string }) => Promise<unknown>> = {
    'signing out everywhere': ({ user }) => byHimself(user, 'POST /api/auth/logout-all'),
    'the end of its session': async ({ user }) => {
      for (const { id } of await service.rooms.sessions.list(user.id)) await service.rooms.sessions.end(id, user.id)
    },
    'a disabled user': async ({ user }) => service.rooms.revoker.publish(await service.stores.users.endEverything(user.id, act, { disabled: true })),
    'a withdrawn consent': ({ user, client: { id } }) => service.rooms.consents.withdraw(user.id, id),
    'a client whose grants were ended': async ({ client: { id } }) => {
      await service.rooms.revoker.publish([(await service.stores.clients.endEverything(id, act))!])
    },
    'a deleted client': async ({ client: { id } }) => {
      await service.rooms.revoker.publish([(await service.stores.clients.delete(id, act))!])
      await service.pulse.refresh()
    }
  }

  for (const [ending, end] of Object.entries(endings)) {
    t.test(`F96: neither a code nor what came of one outlives ${ending}`, async t => {
      for (const scope of ['openid', 'openid offline_access']) {
        const asking = await createWebClient(service)
        const arrived = await arrive(asking, scope)
        const tokens = await obtainTokens(app, arrived)
        const waiting = await obtainCode(arrived)
        await end({ ...arrived, cookie: '' })
        const answer = await redeemCode(app, asking, waiting)
        if (ending === 'a deleted client') t.equal(answer.statusCode, 401)
        else t.match(answer.json(), { error: 'invalid_grant' })
        const refreshed = await refreshTokens(app, asking, { refresh_token: tokens.refresh_token })
        const userinfo = await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${tokens.access_token}` } })
        const outlives = ending === 'the end of its session' && scope !== 'openid'
        t.equal(refreshed.statusCode === 200, outlives, 'offline access alone outlives a session')
        t.equal(userinfo.statusCode, outlives ? 200 : 401)
      }
    })
  }

  for (const [ending, end] of Object.entries(endings)) {
    t.test(`no code slips past ${ending} that comes at the same moment`, async t => {
      for (let round = 0; round < 4; round++) {
        const asking = await createWebClient(service)
        const arrived = await arrive(asking)
        const codes = [await obtainCode(arrived), await obtainCode(arrived), await obtainCode(arrived), await obtainCode(arrived)]
        const redeem = (place: number) => redeemCode(app, asking, codes[place]!)
        const [first, second, , third, fourth] = await Promise.all([redeem(0), redeem(1), end({ ...arrived, cookie: '' }), redeem(2), redeem(3)])
        for (const answer of [first, second, third, fourth]) {
          if (answer.statusCode !== 200) continue
          const { access_token: token, refresh_token: refresh } = answer.json<CodeTokens>()
          t.equal((await app.inject({ url: '/oauth/userinfo', headers: { authorization: `Bearer ${token}` } })).statusCode, 401)
          t.not((await refreshTokens(app, asking, { refresh_token: refresh })).statusCode, 200)
        }
      }
    })
  }

  t.test('a code of before a withdrawal stays dead when the user allows the same again', async t => {
    const arrived = await arrive()
    const waiting = await obtainCode(arrived)
    await service.rooms.consents.withdraw(arrived.user.id, client.id)
    t.equal((await redeemCode(app, client, await obtainCode(arrived))).statusCode, 200)
    t.match((await redeemCode(app, client, waiting)).json(), { error: 'invalid_grant' })
  })
})
