import t from 'tap'
import {
  authorizeUrl, consentOn, createDynamicClient, createVisitor, createWebClient, formsOf, obtainCode, obtainTokens, redeemCode, refreshTokens, responseOf, settle, walk
} from '../support/authorization.ts'
import { postForm } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, createUser, signIn } from '../support/users.ts'

interface Listed {
  clientId: string
  clientName: string
  scopes: string[]
  sentTo: string[]
  createdAt: string
  updatedAt: string
}

onEachStore(t, async (t, { app, service }) => {
  const listOf = async (token: string) => (await callApi(app, 'GET /api/auth/consents', { token })).json<{ consents: Listed[] }>().consents
  const withdraw = (token: string, clientId: string) => callApi(app, `DELETE /api/auth/consents/${encodeURIComponent(clientId)}`, { token })

  t.test('B47: a user sees what they allowed, and takes it back with all that came of it', async t => {
    const [client, other] = [await createWebClient(service, { name: 'Orders' }), await createWebClient(service)]
    const [user, visitor] = [await createUser(service), createVisitor(app)]
    const tokens = await obtainTokens(app, { client, user, visitor, changes: { scope: 'openid email offline_access', prompt: 'consent' } })
    const kept = await obtainTokens(app, { client: other, user, visitor })
    const code = await obtainCode({ client, user, visitor })
    const { accessToken: token } = await signIn(app, user)
    const listed = await listOf(token)
    t.same(listed.map(({ clientId }) => clientId), [other.id, client.id], 'newest first')
    t.match(listed[1], { clientName: 'Orders', createdAt: String, updatedAt: String })
    t.same(listed[1]!.scopes.toSorted(), ['email', 'offline_access', 'openid'])
    t.strictSame(listed[1]!.sentTo, [])
    const dynamic = await createDynamicClient(service)
    await obtainTokens(app, { client: dynamic, user, visitor })
    t.match((await listOf(token))[0], { scopes: ['openid'], sentTo: ['https://app.example.com'] }, 'where what nobody vouches for may go')
    await withdraw(token, dynamic.id)
    const isActive = async (asking: typeof client, text: string) =>
      (await postForm(app, { url: '/oauth/introspect', client: asking, form: { token: text } })).json<{ active: boolean }>().active
    t.ok(await isActive(client, tokens.access_token))
    t.equal((await withdraw(token, client.id)).statusCode, 204)
    t.notOk(await isActive(client, tokens.access_token))
    t.match((await refreshTokens(app, client, { refresh_token: tokens.refresh_token })).json(), { error: 'invalid_grant' }, 'offline or not')
    t.match((await redeemCode(app, client, code)).json(), { error: 'invalid_grant' }, 'nor does a code survive that is out')
    t.same((await listOf(token)).map(({ clientId }) => clientId), [other.id])
    t.ok(await isActive(other, kept.access_token), 'other applications are not concerned')
    t.match(responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none' }))), { error: 'consent_required' })
    const asked = await settle(visitor, await visitor.get(authorizeUrl(client)))
    t.ok(formsOf(asked)['consent'], 'the session lives on, and asks again')
    t.match(responseOf(await consentOn(visitor, asked)), { code: /./ })
  })

  t.test('B47: nobody sees or takes back what another has allowed', async t => {
    const client = await createWebClient(service)
    const [user, stranger] = [await createUser(service), await createUser(service)]
    const visitor = createVisitor(app)
    responseOf(await walk(visitor, authorizeUrl(client), user))
    const { accessToken: token } = await signIn(app, stranger)
    t.strictSame(await listOf(token), [])
    for (const id of [client.id, 'nobody', "' OR 1=1 --", '%']) {
      const refused = await withdraw(token, id)
      t.equal(refused.statusCode, 404)
      t.match(refused.json(), { code: 'NOT_FOUND' })
    }
    t.match(responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none' }))), { code: /./ })
    for (const route of ['GET /api/auth/consents', `DELETE /api/auth/consents/${client.id}`]) {
      t.match((await callApi(app, route)).json(), { code: 'TOKEN_MISSING' })
      const tokens = await obtainTokens(app, { client, user, visitor })
      t.equal((await callApi(app, route, { token: tokens.access_token })).statusCode, 401, "an application's token opens it as little")
    }
  })

  t.test('a consent that came to be wider is one consent, and asks for what is new alone', async t => {
    const client = await createWebClient(service)
    const [user, visitor] = [await createUser(service), createVisitor(app)]
    responseOf(await walk(visitor, authorizeUrl(client), user))
    const asked = await settle(visitor, await visitor.get(authorizeUrl(client, { scope: 'openid email' })))
    responseOf(await consentOn(visitor, asked))
    const { accessToken: token } = await signIn(app, user)
    t.match(await listOf(token), [{ clientId: client.id, scopes: { length: 2 } }])
    t.match(responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none', scope: 'email openid' }))), { code: /./ })
    t.match(responseOf(await visitor.get(authorizeUrl(client, { prompt: 'none', scope: 'openid phone' }))), { error: 'consent_required' })
  })
})
