import t from 'tap'
import { makeSigningKey } from '../support/assertions.ts'
import { onEachStore } from '../support/service.ts'
import { basic, clientToken, postForm } from '../support/clients.ts'
import { claimsOf } from '../support/users.ts'
import { secret } from '../support/secrets.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { call } = await openAdmin(t, opened)
  const grants = ['client_credentials']
  const secretOf = (body: Record<string, unknown>) => secret(body['client_secret'] as string)
  const statusOf = async (client: { id: string; secret: string }) =>
    (await postForm(app, { url: '/oauth/token', client, form: { grant_type: 'client_credentials' } })).statusCode

  t.test('a registered client gets tokens at once, for its audience and scopes', async t => {
    const made = await call('POST /admin/clients', {
      id: 'orders', name: 'Orders', grants, scopes: ['orders:read', 'orders:write'], audience: ['https://stock.example']
    })
    t.equal(made.status, 201)
    t.strictSame(Object.keys(made.body), ['client_id', 'client_secret'])
    t.match(made.body['client_secret'], /^cs_secret_[A-Za-z0-9_-]{43}$/)
    const token = await clientToken(app, { id: 'orders', secret: secretOf(made.body) })
    t.match(claimsOf(token), { sub: 'orders', scope: 'orders:read orders:write', aud: 'https://stock.example' })
    const elsewhere = { grants, scopes: ['revocations:read'], audience: ['https://stock.example'] }
    t.match(await call('POST /admin/clients', elsewhere), { status: 400 }, 'a scope that could never be used')
    t.match(await call('POST /admin/clients', { id: 'orders', grants }), { status: 409 })
    const { body } = await call('GET /admin/clients')
    t.match((body['clients'] as Array<{ client_id: string }>).find(({ client_id: id }) => id === 'orders'), {
      client_name: 'Orders', grant_types: grants, token_endpoint_auth_methods: ['client_secret_basic', 'client_secret_post']
    })
    t.notMatch(JSON.stringify(body), /secret_hash|cs_secret_/)
  })

  t.test('a client without a given id gets one, a public one gets no secret', async t => {
    const made = await call('POST /admin/clients', {
      grants: ['authorization_code', 'refresh_token'], public: true, profile: { applicationType: 'native' },
      redirectUris: ['com.example.app:/callback', 'http://127.0.0.1/cb']
    })
    t.equal(made.status, 201)
    t.strictSame(Object.keys(made.body), ['client_id'])
    t.match(made.body['client_id'], /^client_[0-9a-f]{24}$/)
  })

  t.test('what a client may not be is refused with the rule', async t => {
    const cases: Array<[object, RegExp]> = [
      [{ id: 'usr_x', grants }, /cannot start with usr_/], [{ id: 'USR_x', grants }, /cannot start with usr_/],
      [{ id: '-x', grants }, /client id/], [{ id: 'a b', grants }, /client id/], [{ id: 'a'.repeat(101), grants }, /client id/],
      [{ grants: [] }, /at least one grant type: authorization_code, client_credentials, refresh_token/], [{ id: 'PWS_x', grants }, /cannot start with/],
      [{ grants: ['password'] }, /grant types are/],
      [{ grants, public: true }, /needs a client with a secret/],
      [{ grants, scopes: ['a b'] }, /scope/i], [{ grants, scopes: ['a"'] }, /scope/i],
      [{ grants: ['client_credentials', 'refresh_token'], scopes: ['revocations:read'] }, /client_credentials alone/],
      [{ grants: ['refresh_token'], scopes: ['revocations:write'] }, /client_credentials alone/],
      [{ grants, audience: ['a b'] }, /audience/i],
      [{ grants: ['authorization_code'], redirectUris: ['javascript:alert(1)'] }, /redirect URI is refused/],
      [{ grants, redirectUris: ['https://app.example/cb'] }, /authorization_code alone/], [{ grants: ['authorization_code'] }, /at least one redirect URI/],
      [{ grants: ['authorization_code'], redirectUris: ['https://app.example/cb'], public: true, authMethods: ['private_key_jwt'] }, /proves nothing/],
      [{ grants, profile: { jwks: { keys: [{ kty: 'EC', d: 'x' }] } } }, /private or secret key/], [{ grants, profile: { requirePkce: true } }, /profile.requirePkce/],
      [{ grants, profile: { surprise: 1 } }, /body|profile/], [{ grants, backchannelLogoutUri: 'http://app.example/' }, /not private/],
      [{ grants, surprise: 1 }, /body/]
    ]
    for (const [body, sentence] of cases) {
      const answer = await call('POST /admin/clients', body)
      t.equal(answer.status, 400, JSON.stringify(body))
      t.match(answer.body['error'], sentence)
    }
  })

  t.test('all that an operator says of a client is kept, and shown', async t => {
    const { jwk } = await makeSigningKey()
    const uris = { redirectUris: ['https://app.example/cb', 'https://www.example/cb'], postLogoutRedirectUris: ['https://app.example/bye'] }
    const profile = {
      requirePkce: false, isTrusted: true, subjectType: 'pairwise', sectorIdentifier: 'app.example', jwks: { keys: [jwk] },
      acceptsEndpointAudience: true, userinfoSignedResponseAlg: 'RS256', backchannelLogoutSessionRequired: true,
      clientUri: 'https://app.example/', logoUri: 'https://app.example/logo', policyUri: 'https://app.example/policy',
      tosUri: 'https://app.example/tos', contacts: ['ops@app.example']
    }
    const made = await call('POST /admin/clients', {
      id: 'shop', name: 'Shop', grants: ['authorization_code'], ...uris, backchannelLogoutUri: 'http://10.0.0.7/logout', profile
    })
    t.strictSame(made, { status: 201, body: { client_id: 'shop' } }, 'who signs needs no secret')
    t.match(await service.stores.clients.find('shop'), { ...uris, profile, authMethods: ['private_key_jwt'], secretHash: undefined, registrationTokenHash: undefined })
    t.match(await call('GET /admin/clients/shop'), {
      status: 200,
      body: {
        client_id: 'shop', redirect_uris: uris.redirectUris, post_logout_redirect_uris: uris.postLogoutRedirectUris, require_pkce: false,
        trusted: true, subject_type: 'pairwise', sector_identifier: 'app.example', jwks: { keys: [{ kid: jwk.kid }] }, dynamic: false,
        backchannel_logout_uri: 'http://10.0.0.7/logout', token_endpoint_auth_methods: ['private_key_jwt'], scope: ''
      }
    })
    t.equal((await call('GET /admin/clients/nobody')).status, 404)
  })

  t.test('a rotated secret ends the old one at once', async t => {
    const made = await call('POST /admin/clients', { id: 'rotating', grants })
    const old = { id: 'rotating', secret: secretOf(made.body) }
    t.equal(await statusOf(old), 200)
    const rotated = await call('POST /admin/clients/rotating/rotate-secret')
    t.equal(await statusOf(old), 401)
    t.equal(await statusOf({ id: 'rotating', secret: secretOf(rotated.body) }), 200)
    t.equal((await call('POST /admin/clients/nobody/rotate-secret')).status, 404)
  })

  t.test('a deleted client is gone with its tokens', async t => {
    const made = await call('POST /admin/clients', { id: 'doomed', grants })
    const client = { id: 'doomed', secret: secretOf(made.body) }
    const token = await clientToken(app, client)
    const active = async () => {
      const answer = await app.inject({
        method: 'POST', url: '/oauth/introspect', payload: `token=${token}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(asker) }
      })
      return answer.json<{ active: boolean }>().active
    }
    const asker = { id: 'asker', secret: secretOf((await call('POST /admin/clients', { id: 'asker', grants })).body) }
    t.equal(await active(), true)
    t.match(await call('DELETE /admin/clients/doomed'), { status: 200, body: { client_id: 'doomed', seq: Number } })
    t.equal(await statusOf(client), 401)
    t.equal(await active(), false)
    t.equal((await call('DELETE /admin/clients/doomed')).status, 404)
    t.match(await service.stores.audit.list({ limit: 1, subject: 'doomed' }), [{ actor: 'admin' }])
  })

  t.test('the built-in client stays as it is', async t => {
    t.match(await call('DELETE /admin/clients/countersign'), { status: 403, body: { code: 'FORBIDDEN' } })
    t.equal((await call('POST /admin/clients/countersign/rotate-secret')).status, 403)
  })
})
