import t from 'tap'
import { authorizeUrl, createVisitor, createWebClient, obtainTokens, requestParams, responseOf, walk } from '../support/authorization.ts'
import { createClient, postForm } from '../support/clients.ts'
import { openService } from '../support/service.ts'
import { createMetadataUses } from '../support/use-metadata.ts'
import { callApi, claimsOf, createUser } from '../support/users.ts'
import { startWebServer } from '../support/web-server.ts'

/**
 * The metadata document, taken at its word: every member and every value is used for what it promises, and values that others
 * offer work only where they are in it. A member that nobody has written a use for fails.
 */

type Metadata = Record<string, unknown>

/** Values that are registered, or offered elsewhere. Of an advertised one among them nothing more is asked. */
const known: Record<string, string[]> = {
  response_types_supported: ['code', 'token', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'none'],
  response_modes_supported: ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'web_message'],
  code_challenge_methods_supported: ['plain', 'S256', 'S512'],
  prompt_values_supported: ['none', 'login', 'consent', 'select_account', 'create'],
  ui_locales_supported: ['en', 'de', 'fr', 'es', 'it', 'ja', 'nl'],
  grant_types_supported: [
    'authorization_code', 'implicit', 'password', 'client_credentials', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'urn:openid:params:grant-type:ciba'
  ],
  scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups', 'roles', 'offline'],
  subject_types_supported: ['public', 'pairwise', 'ephemeral'],
  acr_values_supported: ['urn:countersign:acr:password', '0', 'phr', 'phrh', 'urn:mace:incommon:iap:silver']
}
const authMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth', 'none']
const algorithms = ['RS256', 'RS512', 'PS256', 'PS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519', 'HS256']
const othersOf = (name: string): string[] => {
  if (name.endsWith('auth_methods_supported')) return authMethods
  if (name.endsWith('auth_signing_alg_values_supported')) return algorithms
  return name.endsWith('signing_alg_values_supported') ? [...algorithms, 'none'] : known[name] ?? []
}

t.test('the document of a service that has everything on', async t => {
  const { app, service, issuer } = await openService(t, {
    store: 'embedded', config: { CLIENT_REGISTRATION: 'open', OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8' }
  })
  const metadata = (await app.inject('/.well-known/openid-configuration')).json<Metadata>()
  const lists = Object.fromEntries(Object.entries(metadata).filter((each): each is [string, string[]] => Array.isArray(each[1])))
  const uses = await createMetadataUses(app, service, lists)

  for (const [name, advertised] of Object.entries(lists)) {
    t.test(`M158: ${name}: each value works, and no other does`, async t => {
      const use = uses.lists[name]
      if (use === undefined) return void t.fail('it is advertised, and nobody has tried it')
      t.ok(advertised.length > 0, 'no empty list')
      const others = name === 'claims_supported' ? Object.keys(uses.told) : othersOf(name)
      t.ok(others.some(value => !advertised.includes(value)) || name === 'claims_supported')
      for (const value of new Set([...advertised, ...others])) t.equal(await use(value), advertised.includes(value), value)
    })
  }
  t.strictSame(Object.keys(uses.lists).filter(name => !(name in lists)), [], 'M158: what is used is advertised')

  const user = await createUser(service)
  const rejects = async (name: string, error: string) => {
    const client = await createWebClient(service)
    return responseOf(await createVisitor(app).get(authorizeUrl(client, { [name]: 'x' })))['error'] === error
  }
  const flags: Record<string, () => Promise<boolean>> = {
    authorization_response_iss_parameter_supported: async () =>
      responseOf(await walk(createVisitor(app), authorizeUrl(await createWebClient(service)), user))['iss'] === issuer,
    claims_parameter_supported: async () => 'given_name' in uses.told,
    backchannel_logout_supported: async () => 'logout_token' in await signOut(),
    backchannel_logout_session_supported: async () => {
      const { sid, logout_token: token } = await signOut()
      return sid !== undefined && claimsOf(token!)['sid'] === sid
    },
    request_parameter_supported: async () => !await rejects('request', 'request_not_supported'),
    request_uri_parameter_supported: async () => !await rejects('request_uri', 'request_uri_not_supported')
  }

  async function signOut(): Promise<{ sid?: unknown; logout_token?: string }> {
    const server = await startWebServer(t, response => void response.end())
    const client = await createWebClient(service, { backchannelLogoutUri: `${server.url}/logout` })
    const visitor = createVisitor(app)
    const { id_token: hint } = await obtainTokens(app, { client, user, visitor })
    await visitor.get(`/oauth/logout?id_token_hint=${hint}`)
    await service.notices.nudge()
    return { sid: claimsOf(hint)['sid'], ...Object.fromEntries(new URLSearchParams(server.requests[0]?.body)) }
  }

  const client = await createClient(service, { scopes: ['revocations:read'] })
  const post = async (url: string, form: Record<string, string>) => (await postForm(app, { url, client, form })).statusCode === 200
  const endpoints: Record<string, (path: string) => Promise<boolean>> = {
    authorization_endpoint: async path =>
      responseOf(await createVisitor(app).get(`${path}?${requestParams(await createWebClient(service), { prompt: 'none' }).toString()}`))['error'] === 'login_required',
    token_endpoint: path => post(path, { grant_type: 'client_credentials' }),
    revocation_endpoint: path => post(path, { token: 'x' }),
    introspection_endpoint: path => post(path, { token: 'x' }),
    userinfo_endpoint: async path => (await callApi(app, `GET ${path}`)).headers['www-authenticate'] === 'Bearer realm="countersign"',
    end_session_endpoint: async path => (await app.inject(path)).statusCode === 200,
    jwks_uri: async path => (await app.inject(path)).json<{ keys: unknown[] }>().keys.length > 0,
    status_list_aggregation_endpoint: async path => Array.isArray((await app.inject(path)).json<{ status_lists: unknown }>().status_lists),
    registration_endpoint: async path => (await callApi(app, `POST ${path}`, { body: { redirect_uris: ['https://app.example/cb'] } })).statusCode === 201
  }

  t.test('M158: each flag says what is so, each address leads to what it promises, and nothing else is told', async t => {
    const [booleans, addresses, told]: [string[], string[], string[]] = [[], [], []]
    for (const [name, value] of Object.entries(metadata)) {
      if (Array.isArray(value)) continue
      else if (typeof value === 'boolean') booleans.push(name)
      else if (name in endpoints) addresses.push(name)
      else told.push(name)
    }
    t.strictSame(told, ['issuer'])
    t.strictSame([...booleans, ...addresses].toSorted(), [...Object.keys(flags), ...Object.keys(endpoints)].toSorted())
    for (const name of booleans) t.equal(await flags[name]?.(), metadata[name], name)
    for (const name of addresses) t.equal(await endpoints[name]!(String(metadata[name]).replace(issuer, '')), true, name)
  })

  t.test('M158: each endpoint of the protocol is advertised', async t => {
    const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, unknown> }>()
    const served = Object.keys(paths).filter(path => /^\/oauth\/[a-z]+$/.test(path))
    t.ok(served.length >= 6, served.join(' '))
    t.strictSame(served.filter(path => !Object.values(metadata).includes(issuer + path)), [])
    for (const path of ['/oauth/par', '/oauth/device', '/oauth/device_authorization']) t.equal((await app.inject(path)).statusCode, 404, path)
  })
})

t.test('M158: registration is advertised only where it is on', async t => {
  const { app } = await openService(t, { store: 'embedded' })
  t.notOk('registration_endpoint' in (await app.inject('/.well-known/openid-configuration')).json<Metadata>())
  t.equal((await callApi(app, 'POST /oauth/register', { body: {} })).statusCode, 404)
})
