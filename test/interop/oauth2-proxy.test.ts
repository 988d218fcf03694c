import { createHash, randomBytes } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { createVisitor, createWebClient, responseOf, walk, type CodeTokens, type Visitor } from '../support/authorization.ts'
import { basic, postForm, type TestClient } from '../support/clients.ts'
import { secret } from '../support/secrets.ts'
import { openService } from '../support/service.ts'
import { createUser } from '../support/users.ts'

/**
 * The requests of oauth2-proxy's provider `oidc` with the settings of docs/interop.md, one by one as it makes them. It is not run
 * itself: this holds what it needs of the service, not what it makes of the answers.
 */

const redirectUri = 'https://shop.example.com/oauth2/callback'

interface Login {
  client: TestClient
  visitor: Visitor
  scope?: string
}

/** It names more than it must, and carries the page that was asked for in the state. */
function loginUrl(endpoint: string, { client, scope = 'openid email profile' }: Login) {
  const verifier = secret(randomBytes(64).toString('base64url'))
  const [nonce, state] = [randomBytes(32).toString('base64url'), `${randomBytes(32).toString('base64url')}:/private/page?a=b&c=%20d`]
  const query = new URLSearchParams({
    approval_prompt: 'force', client_id: client.id, code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256', nonce, redirect_uri: redirectUri, response_type: 'code', scope, state
  })
  return { url: `${endpoint}?${query.toString()}`, verifier, nonce, state }
}

async function openProxy(t: Parameters<typeof openService>[0]) {
  const opened = await openService(t, { store: 'embedded' })
  const { app, service, issuer } = opened
  const metadata = (await app.inject('/.well-known/openid-configuration')).json<Record<string, string> & Record<string, string[]>>()
  const pathOf = (name: string): string => metadata[name]!.replace(issuer, '')
  const keys = createLocalJWKSet((await app.inject(pathOf('jwks_uri'))).json<JSONWebKeySet>())
  const user = await createUser(service)
  await service.stores.profiles.set(user.id, { emailVerified: true }, 'admin')
  /** Golang's library does not know which way a provider wants the secret, and tries the header first. */
  const send = async (client: TestClient, form: Record<string, string>) => {
    const inHeader = await postForm(app, { url: pathOf('token_endpoint'), form, headers: { authorization: basic(client) } })
    if (inHeader.statusCode === 200) return inHeader
    return postForm(app, { url: pathOf('token_endpoint'), form: { client_id: client.id, client_secret: client.secret, ...form } })
  }
  const verify = async (token: string, client: TestClient) =>
    (await jwtVerify(token, keys, { issuer: metadata['issuer']!, audience: client.id, algorithms: metadata['id_token_signing_alg_values_supported']! })).payload
  return { ...opened, metadata, pathOf, user, send, verify }
}

t.test('oauth2-proxy finds what it needs, signs a user in, and refreshes', async t => {
  const { app, service, issuer, metadata, pathOf, user, send, verify } = await openProxy(t)
  t.equal(metadata['issuer'], issuer)
  t.ok(metadata['code_challenge_methods_supported']!.includes('S256'), 'it warns otherwise')

  const methods: Array<'client_secret_basic' | 'client_secret_post'> = ['client_secret_basic', 'client_secret_post']
  for (const method of methods) {
    t.test(`by ${method}`, async t => {
      const [client, visitor] = [await createWebClient(service, { authMethods: [method], redirectUris: [redirectUri] }), createVisitor(app)]
      const login = loginUrl(pathOf('authorization_endpoint'), { client, visitor })
      const { code, state } = responseOf(await walk(visitor, login.url, user), redirectUri)
      t.equal(state, login.state, 'it finds the page again')
      const answer = await send(client, { code: code!, code_verifier: login.verifier, grant_type: 'authorization_code', redirect_uri: redirectUri })
      t.equal(answer.statusCode, 200)
      const tokens = answer.json<CodeTokens & { token_type: string }>()
      for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token]) secret(token)
      t.match(tokens, { token_type: 'Bearer', expires_in: Number })
      t.match(await verify(tokens.id_token, client), { sub: user.id, nonce: login.nonce })

      // The ID token of a code flow has no email: it asks for it.
      const headers = { accept: 'application/json', authorization: `Bearer ${tokens.access_token}` }
      const profile = await app.inject({ url: pathOf('userinfo_endpoint'), headers })
      t.match(profile.json(), { sub: user.id, email: user.email, email_verified: true })

      let refreshToken = tokens.refresh_token
      for (const turn of ['the first time', 'and with what that brought']) {
        const next = (await send(client, { grant_type: 'refresh_token', refresh_token: refreshToken })).json<CodeTokens>()
        for (const token of [next.access_token, next.refresh_token, next.id_token]) secret(token)
        t.not(next.refresh_token, refreshToken)
        t.match(await verify(next.id_token, client), { sub: user.id }, turn)
        refreshToken = next.refresh_token
      }
    })
  }

  t.test('the scope groups, which it adds by itself for allowed_groups, is refused', async t => {
    const [client, visitor] = [await createWebClient(service, { redirectUris: [redirectUri] }), createVisitor(app)]
    const { url } = loginUrl(pathOf('authorization_endpoint'), { client, visitor, scope: 'openid email profile groups' })
    t.match(responseOf(await visitor.get(url), redirectUri), { error: 'invalid_scope' })
  })

  t.test('signing out goes by way of the browser', async t => {
    const client = await createWebClient(service, { redirectUris: [redirectUri], postLogoutRedirectUris: ['https://shop.example.com/'] })
    const visitor = createVisitor(app)
    await walk(visitor, loginUrl(pathOf('authorization_endpoint'), { client, visitor }).url, user)
    t.match((await visitor.get(pathOf('end_session_endpoint'))).body, 'name="csrf"')
  })
})
