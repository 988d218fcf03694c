import t from 'tap'
import * as client from 'openid-client'
import type { ClientBody } from '../../src/admin/client-body.ts'
import { makeSigningKey } from '../support/assertions.ts'
import { availableStores } from '../support/service.ts'
import { secret } from '../support/secrets.ts'
import { failureOf } from './failure-of.ts'
import { createPlainBrowser, type PlainBrowser } from './plain-browser.ts'
import { openProvider, type Provider } from './open-provider.ts'

/** openid-client 6 as a relying party that checks whatever it can check: state, nonce, iss, ID tokens, signatures. */

const application = 'http://127.0.0.1:9/'
const redirectUri = `${application}callback`
const goodbye = `${application}goodbye`
const scope = 'openid profile email offline_access'

const insecure = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }

interface Wanted {
  provider: Provider
  browser?: PlainBrowser
  parameters?: Record<string, string>
  maxAge?: number
  /** To the token endpoint. */
  tokenParameters?: Record<string, string>
}

/** The whole way to tokens. */
async function signIn(config: client.Configuration, wanted: Wanted) {
  const { provider, browser = createPlainBrowser(application), parameters = {}, maxAge, tokenParameters } = wanted
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri, scope, state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    ...(maxAge !== undefined && { max_age: String(maxAge) }), ...parameters
  })
  const landing = await browser.walk(url, provider.user)
  const answer = landing.form === undefined
    ? landing.url
    : new Request(landing.url, { method: 'POST', body: landing.form })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, ...(maxAge !== undefined && { maxAge }) }
  const tokens = await client.authorizationCodeGrant(config, answer, checks, tokenParameters)
  for (const text of [tokens.access_token, tokens.id_token!]) secret(text)
  return tokens
}

const web: Partial<ClientBody> = { redirectUris: [redirectUri], postLogoutRedirectUris: [goodbye] }

for (const store of availableStores()) {
  t.test(`on ${store} stores, signed in with every method of client authentication, to the very logout`, async t => {
    const provider = await openProvider(t, { store })
    const key = await makeSigningKey('RS256')
    const methods: Array<[string, Partial<ClientBody>, (clientSecret: string) => client.ClientAuth]> = [
      ['client_secret_basic', {}, client.ClientSecretBasic],
      ['client_secret_post', {}, client.ClientSecretPost],
      ['private_key_jwt', { profile: { jwks: { keys: [key.jwk] } } },
        () => client.PrivateKeyJwt({ key: key.privateKey, kid: key.jwk.kid! })],
      ['none', { public: true }, () => client.None()]
    ]
    for (const [method, registration, authentication] of methods) {
      const { clientId, clientSecret } = await provider.register({ ...web, ...registration })
      const config = await client.discovery(new URL(provider.issuer), clientId, undefined, authentication(clientSecret), insecure)
      const browser = createPlainBrowser(application)
      const tokens = await signIn(config, { provider, browser })
      const { sub } = tokens.claims()!
      t.match(await client.fetchUserInfo(config, tokens.access_token, sub), { sub, email: provider.user.email }, method)

      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!)
      t.equal(refreshed.claims()!.sub, sub, 'the same user after a refresh')
      secret(refreshed.access_token)
      secret(refreshed.refresh_token!)
      if (method !== 'none') {
        t.match(await client.tokenIntrospection(config, refreshed.access_token), { active: true, sub, client_id: clientId })
      }
      await client.tokenRevocation(config, refreshed.refresh_token!)
      t.match(await failureOf(client.refreshTokenGrant(config, refreshed.refresh_token!)), { error: 'invalid_grant' })

      const leaving = client.buildEndSessionUrl(config, {
        id_token_hint: refreshed.id_token!, post_logout_redirect_uri: goodbye, state: 'away'
      })
      t.equal((await browser.open(leaving)).url.href, `${goodbye}?state=away`)
      const silent = await browser.open(client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri, scope, prompt: 'none', state: 'later', code_challenge_method: 'S256',
        code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier())
      }))
      t.match(await failureOf(client.authorizationCodeGrant(config, silent.url, { expectedState: 'later' })), { error: 'login_required' })
    }
  })
}

t.test('what clients may ask for beyond a sign-in', async t => {
  const provider = await openProvider(t, { config: { CLIENT_REGISTRATION: 'open' } })
  const { clientId, clientSecret } = await provider.register(web)
  const discover = (issuer = provider.issuer, options: client.DiscoveryRequestOptions = insecure) =>
    client.discovery(new URL(issuer), clientId, clientSecret, undefined, options)
  const config = await discover()

  t.test('the metadata of OAuth and of OpenID Connect are one', async t => {
    const oauth = await discover(provider.issuer, { ...insecure, algorithm: 'oauth2' })
    t.strictSame(oauth.serverMetadata(), config.serverMetadata())
  })

  t.test('the answer as a form, sent across to the application', async t => {
    const tokens = await signIn(config, { provider, parameters: { response_mode: 'form_post' } })
    t.equal(tokens.claims()!.aud, clientId)
  })

  t.test('a second sign-in with a live session asks nothing, and with max_age asks again', async t => {
    const browser = createPlainBrowser(application)
    const first = await signIn(config, { provider, browser })
    const parameters = { prompt: 'none', id_token_hint: first.id_token! }
    const second = await signIn(config, { provider, browser, parameters, maxAge: 60 })
    t.equal(second.claims()!.auth_time, first.claims()!.auth_time)
    const third = await signIn(config, { provider, browser, maxAge: 0 })
    t.ok(third.claims()!.auth_time! >= first.claims()!.auth_time!)
  })

  t.test('single claims, in the ID token and at the userinfo endpoint', async t => {
    const claims = JSON.stringify({ id_token: { email: { essential: true }, auth_time: null }, userinfo: { email_verified: null } })
    const tokens = await signIn(config, { provider, parameters: { scope: 'openid', claims } })
    t.match(tokens.claims(), { email: provider.user.email, auth_time: Number })
    const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
    t.strictSame(Object.keys(userinfo).sort(), ['email_verified', 'sub'])
  })

  t.test('a token for an API of its own', async t => {
    const resource = 'https://orders.example.com'
    await provider.registerApi({ identifier: resource, name: 'Orders', scopes: ['read'], clients: [clientId] })
    const parameters = { resource, scope: 'openid read' }
    const tokens = await signIn(config, { provider, parameters, tokenParameters: { resource } })
    // Introspection is for whom a token is meant.
    const api = await provider.register({ grants: ['client_credentials'], audience: [resource] })
    const own = await client.discovery(new URL(provider.issuer), api.clientId, api.clientSecret, undefined, insecure)
    const { sub } = tokens.claims()!
    t.match(await client.tokenIntrospection(own, tokens.access_token), { active: true, aud: resource, scope: 'read', sub })
  })

  t.test('a refusal reaches the application as the error that it is', async t => {
    const landing = await createPlainBrowser(application).open(client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri, scope: 'openid', state: 'mine'
    }))
    t.match(await failureOf(client.authorizationCodeGrant(config, landing.url, { expectedState: 'mine' })), { error: 'invalid_request' })
  })

  t.test('a client that registers itself signs in at once', async t => {
    const own = await client.dynamicClientRegistration(new URL(provider.issuer), {
      redirect_uris: [redirectUri], client_name: 'Newcomer', grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post'
    }, undefined, insecure)
    secret(own.clientMetadata().client_secret!)
    const tokens = await signIn(own, { provider })
    t.match(await client.fetchUserInfo(own, tokens.access_token, tokens.claims()!.sub), { email: provider.user.email })
  })

  t.test('a native app on whichever port it was given', async t => {
    const native = await provider.register({
      redirectUris: ['http://127.0.0.1/done'], public: true, profile: { applicationType: 'native' }
    })
    const app = await client.discovery(new URL(provider.issuer), native.clientId, undefined, client.None(), insecure)
    const browser = createPlainBrowser('http://127.0.0.1:51004/')
    const tokens = await signIn(app, { provider, browser, parameters: { redirect_uri: 'http://127.0.0.1:51004/done' } })
    t.equal(tokens.claims()!.aud, native.clientId)
  })

  t.test('a service by itself', async t => {
    const service = await provider.register({ grants: ['client_credentials'], scopes: ['jobs'] })
    const own = await client.discovery(new URL(provider.issuer), service.clientId, service.clientSecret, undefined, insecure)
    const tokens = await client.clientCredentialsGrant(own, { scope: 'jobs' })
    t.match(await client.tokenIntrospection(own, secret(tokens.access_token)), { active: true, sub: service.clientId, scope: 'jobs' })
  })
})
