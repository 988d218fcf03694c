import t from 'tap'
import { calculateJwkThumbprint, type JSONWebKeySet } from 'jose'
import { clientToken, createClient, postForm } from '../support/clients.ts'
import { onEachStore, openService } from '../support/service.ts'

const documents = [
  '/.well-known/jwks.json', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'
]

interface Metadata {
  issuer: string
  end_session_endpoint: string
}

onEachStore(t, async (t, { app, service, issuer }) => {
  const readKeys = async () => (await app.inject(documents[0]!)).json<JSONWebKeySet>().keys

  t.test('K123, K124: the key set shows public members only, each key under its thumbprint', async t => {
    const keys = await readKeys()
    t.equal(keys.length, 2, 'one that signs and one in wait')
    for (const key of keys) {
      t.strictSame(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
      t.match(key, { kty: 'RSA', use: 'sig', alg: 'RS256', e: 'AQAB' })
      t.ok(Buffer.from(key.n!, 'base64url').length >= 256)
      t.equal(key.kid, await calculateJwkThumbprint(key))
    }
    t.equal(new Set(keys.map(key => key.kid)).size, keys.length)
  })

  t.test('K125: the documents are cacheable, for everyone, and read only', async t => {
    for (const url of documents) {
      const answer = await app.inject({ url, headers: { origin: 'https://anywhere.example' } })
      t.equal(answer.statusCode, 200, url)
      t.match(answer.headers['content-type'], /^application\/(jwk-set\+)?json/)
      t.match(answer.headers['cache-control'], /^public, max-age=[1-9]\d*$/)
      t.equal(answer.headers['pragma'], undefined)
      t.equal(answer.headers['access-control-allow-origin'], '*')
      t.equal(answer.headers['access-control-allow-credentials'], undefined)
      t.equal(answer.headers['set-cookie'], undefined)
      for (const held of [answer.headers['etag']!, `"x", W/${answer.headers['etag']}`, '*']) {
        const again = await app.inject({ url, headers: { 'if-none-match': held } })
        t.equal(again.statusCode, 304)
        t.equal(again.body, '')
      }
      t.equal((await app.inject({ method: 'HEAD', url })).statusCode, 200)
      const preflight = await app.inject({
        method: 'OPTIONS', url, headers: { origin: 'https://anywhere.example', 'access-control-request-method': 'GET' }
      })
      t.equal(preflight.statusCode, 204)
      t.equal(preflight.headers['access-control-allow-origin'], '*')
      for (const method of ['POST', 'PUT', 'DELETE'] as const) {
        const refused = await app.inject({ method, url })
        t.equal(refused.statusCode, 405)
        t.match(refused.headers['allow'], /GET/)
      }
    }
  })

  t.test('K126: after a rotation the former key is still there', async t => {
    const before = (await readKeys()).map(key => key.kid)
    const client = await createClient(service, { scopes: ['revocations:read'] })
    const token = await clientToken(app, client)
    await service.rotation.rotate('sign', { force: true, act: { reason: 'test', actor: 'admin' } })
    const after = (await readKeys()).map(key => key.kid)
    t.strictSame(before.filter(kid => after.includes(kid)), before)
    t.equal(after.length, 3)
    const lookup = await app.inject({
      method: 'POST', url: '/revocations/lookup', headers: { authorization: `Bearer ${token}` }, payload: { tokens: [token] }
    })
    t.match(lookup.json(), { results: [{ revoked: false }] }, 'and its tokens are good')
  })

  t.test('M159: the metadata is the same under both names, whatever Host says', async t => {
    const [one, other] = await Promise.all(documents.slice(1).map(url =>
      app.inject({ url, headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })))
    t.equal(one!.body, other!.body)
    t.equal(one!.json<Metadata>().issuer, issuer)
    t.notMatch(one!.body, /evil/)
    t.notOk(Object.values(one!.json<object>()).some(value => Array.isArray(value) && value.length === 0), 'no empty list')
  })

  t.test('M155: the discovery document has what every client reads, under the very issuer', async t => {
    const metadata = (await app.inject(documents[1]!)).json<Metadata & Record<string, unknown>>()
    t.equal(metadata.issuer, issuer)
    t.match(metadata, {
      response_types_supported: ['code'], subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true
    })
    const endpoints = Object.entries(metadata).filter(([name]) => /_(endpoint|uri)$/.test(name))
    t.ok(endpoints.length >= 7)
    for (const [name, url] of endpoints) t.ok(String(url).startsWith(`${issuer}/`), name)
  })

  t.test('M157: members whose absence would mean something are there', async t => {
    const metadata = (await app.inject(documents[1]!)).json<Record<string, unknown>>()
    t.match(metadata, {
      request_parameter_supported: false, request_uri_parameter_supported: false, claims_parameter_supported: true,
      response_modes_supported: ['query', 'form_post']
    })
    t.ok(metadata['grant_types_supported'])
    t.ok(metadata['token_endpoint_auth_methods_supported'])
  })
})

t.test('M156: an issuer with a path has its endpoints under it, and its metadata under both names', async t => {
  const { app, service, issuer } = await openService(t, { store: 'embedded', config: { ISSUER: 'http://127.0.0.1:3000/id/eu' } })
  for (const url of ['/.well-known/oauth-authorization-server/id/eu', '/id/eu/.well-known/openid-configuration']) {
    t.match((await app.inject(url)).json(), { issuer, token_endpoint: `${issuer}/oauth/token` }, url)
  }
  const client = await createClient(service)
  const answer = await postForm(app, { url: '/id/eu/oauth/token', client, form: { grant_type: 'client_credentials' } })
  t.equal(answer.statusCode, 200)
  const { end_session_endpoint: logout } = (await app.inject('/id/eu/.well-known/openid-configuration')).json<Metadata>()
  t.equal((await app.inject(logout.replace('http://127.0.0.1:3000', ''))).statusCode, 200)
  t.equal((await app.inject('/id/eu/oauth/authorize')).statusCode, 400)
  t.equal((await app.inject('/id/eu/api/auth/me')).json<{ code: string }>().code, 'TOKEN_MISSING')
  t.equal((await app.inject('/oauth/token')).statusCode, 404)
})
