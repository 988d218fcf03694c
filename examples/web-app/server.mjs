// A web application that signs its users in with Countersign, by openid-client: shows who is signed in, refreshes,
// signs out here and there. See README.md.
import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import * as openid from 'openid-client'
import { renderFault, renderUser, renderWelcome } from './pages.mjs'
import { endSession, findSession, startSession } from './sessions.mjs'
import { settings } from './settings.mjs'

const { issuer, clientId, clientSecret, redirectUri, home, port } = settings
// Without TLS only on one's own machine.
const execute = new URL(issuer).hostname === '127.0.0.1' ? [openid.allowInsecureRequests] : []
const countersign = await openid.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute })

const app = Fastify({ trustProxy: 'loopback', logger: { level: 'warn' } })
await app.register(cookie)
// Our forms hold nothing but their button.
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => done(null))
app.addHook('onSend', async (request, reply) => {
  reply.headers({ 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; img-src data:; frame-ancestors 'none'" })
})
app.setErrorHandler((error, request, reply) => {
  request.log.error(error)
  // `error` is what Countersign said, such as access_denied.
  return showPage(reply.code(error.error ? 400 : 500), renderFault(error.error ?? 'Something is broken on our side.'))
})
const showPage = (reply, html) => reply.type('text/html; charset=utf-8').send(html)

app.get('/', async (request, reply) => {
  const session = findSession(request)
  return showPage(reply, session?.user === undefined ? renderWelcome() : renderUser(session))
})

app.get('/sign-in', async (request, reply) => {
  const checks = {
    pkceCodeVerifier: openid.randomPKCECodeVerifier(), expectedState: openid.randomState(), expectedNonce: openid.randomNonce()
  }
  // The browser that asked is the one that must come back.
  startSession(request, reply, { checks })
  return reply.redirect(openid.buildAuthorizationUrl(countersign, {
    redirect_uri: redirectUri, scope: 'openid profile email', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256'
  }).href, 303)
})

app.get('/callback', async (request, reply) => {
  const { checks } = findSession(request) ?? {}
  // Reloaded, or begun in another browser.
  if (checks === undefined) return reply.redirect('/', 303)
  const answer = new URL(redirectUri)
  answer.search = new URL(request.url, home).search
  const tokens = await openid.authorizationCodeGrant(countersign, answer, { ...checks, idTokenExpected: true })
  const user = await openid.fetchUserInfo(countersign, tokens.access_token, tokens.claims().sub)
  startSession(request, reply, { user, ...keep(tokens) })
  return reply.redirect('/', 303)
})

app.post('/refresh', async (request, reply) => {
  const session = findSession(request)
  if (session?.refreshToken === undefined) return reply.redirect('/', 303)
  try {
    Object.assign(session, keep(await openid.refreshTokenGrant(countersign, session.refreshToken)))
  } catch (error) {
    // Signed out elsewhere, disabled, expired: whoever cannot refresh is not signed in any more.
    if (error.error !== 'invalid_grant') throw error
    endSession(request, reply)
  }
  return reply.redirect('/', 303)
})

app.post('/sign-out', async (request, reply) => {
  const session = findSession(request)
  endSession(request, reply)
  if (session?.idToken === undefined) return reply.redirect('/', 303)
  return reply.redirect(openid.buildEndSessionUrl(countersign, {
    id_token_hint: session.idToken, post_logout_redirect_uri: home
  }).href, 303)
})

/** What a session keeps of a token answer; each refresh token is good once. */
function keep(tokens) {
  return {
    refreshToken: tokens.refresh_token, idToken: tokens.id_token, expiresAt: Date.now() + tokens.expiresIn() * 1000
  }
}

await app.listen({ host: '127.0.0.1', port })
console.log(`Listening at ${home}`)
