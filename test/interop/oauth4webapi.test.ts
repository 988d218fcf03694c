import t from 'tap'
import * as oauth from 'oauth4webapi'
import type { ClientBody } from '../../src/admin/client-body.ts'
import { makeSigningKey } from '../support/assertions.ts'
import { secret } from '../support/secrets.ts'
import { failureOf } from './failure-of.ts'
import { createPlainBrowser } from './plain-browser.ts'
import { openProvider, type Provider } from './open-provider.ts'

/** oauth4webapi as a relying party: every step by itself, with every check that it has. */

const application = 'http://127.0.0.1:9/'
const redirectUri = `${application}callback`
const http = { [oauth.allowInsecureRequests]: true }

async function discover(issuer: string, algorithm: 'oidc' | 'oauth2' = 'oidc'): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm, ...http }))
}

interface RelyingParty {
  as: oauth.AuthorizationServer
  client: oauth.Client
  authentication: oauth.ClientAuth
}

/** The way to tokens; the ID token, its nonce and its auth_time are required, and all signatures are checked. */
async function signIn({ as, client, authentication }: RelyingParty, provider: Provider, parameters: Record<string, string> = {}) {
  const [verifier, state, nonce] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState(), oauth.generateRandomNonce()]
  const url = new URL(as.authorization_endpoint!)
  url.search = new URLSearchParams({
    client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid email offline_access', state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', max_age: '60', ...parameters
  }).toString()
  const landing = await createPlainBrowser(application).walk(url, provider.user)
  const answer = oauth.validateAuthResponse(as, client, landing.url, state)
  const response = await oauth.authorizationCodeGrantRequest(as, client, authentication, answer, redirectUri, verifier, http)
  const checks = { expectedNonce: nonce, maxAge: 60, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks)
  await oauth.validateApplicationLevelSignature(as, response, http)
  const claims = oauth.getValidatedIdTokenClaims(tokens)!
  for (const text of [tokens.access_token, tokens.id_token!, tokens.refresh_token!]) secret(text)
  return { tokens, claims }
}

async function readUserinfo({ as, client }: RelyingParty, accessToken: string, sub: string) {
  const response = await oauth.userInfoRequest(as, client, accessToken, http)
  // Reads the body itself, so a copy is left for the signature.
  const copy = response.clone()
  const claims = await oauth.processUserInfoResponse(as, client, sub, response)
  if (copy.headers.get('content-type')!.includes('jwt')) await oauth.validateApplicationLevelSignature(as, response, http)
  return claims
}

t.test('a relying party that checks every answer', async t => {
  const provider = await openProvider(t, { config: { CLIENT_REGISTRATION: 'open' } })
  const { issuer, user } = provider
  const as = await discover(issuer)

  async function register(body: Partial<ClientBody> = {}): Promise<RelyingParty & { clientSecret: string }> {
    const { clientId, clientSecret } = await provider.register({ redirectUris: [redirectUri], ...body })
    const authentication = clientSecret === '' ? oauth.None() : oauth.ClientSecretBasic(clientSecret)
    return { as, client: { client_id: clientId }, authentication, clientSecret }
  }

  t.test('the metadata are the same by both ways of discovery', async t => {
    t.strictSame(await discover(issuer, 'oauth2'), as)
  })

  t.test('each way of proving who it is, from the code to the revocation', async t => {
    const confidential = await register()
    const key = await makeSigningKey('ES256')
    const signing = await register({ profile: { jwks: { keys: [key.jwk] } } })
    const parties: RelyingParty[] = [
      confidential,
      { ...confidential, authentication: oauth.ClientSecretPost(confidential.clientSecret) },
      { ...signing, authentication: oauth.PrivateKeyJwt({ key: key.privateKey, kid: key.jwk.kid! }) },
      await register({ public: true })
    ]
    for (const party of parties) {
      const { client, authentication } = party
      const { tokens, claims } = await signIn(party, provider)
      t.match(await readUserinfo(party, tokens.access_token, claims.sub), { email: user.email })

      const refreshed = await oauth.processRefreshTokenResponse(as, client,
        await oauth.refreshTokenGrantRequest(as, client, authentication, tokens.refresh_token!, http))
      t.equal(oauth.getValidatedIdTokenClaims(refreshed)!.sub, claims.sub)
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, client, authentication, secret(refreshed.refresh_token!), http))
      await t.rejects(readUserinfo(party, secret(refreshed.access_token), claims.sub), { code: oauth.WWW_AUTHENTICATE_CHALLENGE })
      const late = await oauth.refreshTokenGrantRequest(as, client, authentication, refreshed.refresh_token!, http)
      t.match(await failureOf(oauth.processRefreshTokenResponse(as, client, late)), { error: 'invalid_grant' })
    }
  })

  t.test('signed userinfo, where the client is registered for it', async t => {
    const party = await register({ profile: { userinfoSignedResponseAlg: 'RS256' } })
    const client = { ...party.client, userinfo_signed_response_alg: 'RS256' }
    const { tokens, claims } = await signIn(party, provider)
    t.match(await readUserinfo({ ...party, client }, tokens.access_token, claims.sub), { aud: client.client_id, email: user.email })
  })

  t.test('pairwise subjects', async t => {
    const [one, two] = [
      await register({ profile: { subjectType: 'pairwise', sectorIdentifier: 'one.example.com' } }),
      await register({ profile: { subjectType: 'pairwise', sectorIdentifier: 'two.example.com' } })
    ]
    const first = await signIn(one, provider)
    const second = await signIn(two, provider)
    t.not(first.claims.sub, second.claims.sub)
    t.match(await readUserinfo(one, first.tokens.access_token, first.claims.sub), { sub: first.claims.sub })
  })

  t.test('its check of access tokens accepts ours, each for its audience alone', async t => {
    const party = await register()
    const resource = 'https://orders.example.com'
    await provider.registerApi({
      identifier: resource, name: 'Orders', scopes: ['read', 'write'], clients: [party.client.client_id]
    })
    const { tokens, claims } = await signIn(party, provider, { resource, scope: 'openid offline_access read write' })
    const request = new Request(`${resource}/list`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    t.match(await oauth.validateJwtAccessToken(as, request.clone(), resource, http), { sub: claims.sub, scope: 'read write' })
    const elsewhere = oauth.validateJwtAccessToken(as, request.clone(), 'https://other.example.com', http)
    await t.rejects(elsewhere, { code: oauth.JWT_CLAIM_COMPARISON })
    const asIdToken = new Request(`${resource}/list`, { headers: { authorization: `Bearer ${tokens.id_token!}` } })
    await t.rejects(oauth.validateJwtAccessToken(as, asIdToken, party.client.client_id, http), 'an ID token is none')

    const narrowed = await oauth.processRefreshTokenResponse(as, party.client, await oauth.refreshTokenGrantRequest(
      as, party.client, party.authentication, tokens.refresh_token!, { ...http, additionalParameters: { resource, scope: 'read' } }))
    t.equal(narrowed.scope, 'read')
  })

  t.test('a registration of its own', async t => {
    const grants = ['authorization_code', 'refresh_token']
    const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(
      as, { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', grant_types: grants }, http))
    const { claims } = await signIn({ as, client, authentication: oauth.None() }, provider)
    t.equal(claims.aud, client.client_id)
  })

  t.test('a service by itself', async t => {
    const { clientId, clientSecret } = await provider.register({ grants: ['client_credentials'], scopes: ['jobs'] })
    const client = { client_id: clientId }
    const authentication = oauth.ClientSecretBasic(clientSecret)
    const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, { scope: 'jobs' }, http)
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, response)
    const introspection = await oauth.introspectionRequest(as, client, authentication, secret(token), http)
    t.match(await oauth.processIntrospectionResponse(as, client, introspection), { active: true, client_id: clientId })
  })
})

t.test('an issuer with a path', async t => {
  const provider = await openProvider(t, { path: '/tenants/one' })
  const { clientId } = await provider.register({ redirectUris: [redirectUri], public: true })
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const party = { as: await discover(provider.issuer, algorithm), client: { client_id: clientId }, authentication: oauth.None() }
    const { tokens, claims } = await signIn(party, provider)
    t.equal(claims.iss, provider.issuer)
    t.match(await readUserinfo(party, tokens.access_token, claims.sub), { email: provider.user.email })
  }
})
