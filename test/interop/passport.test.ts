import { createServer } from 'node:http'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy, type Profile, type VerifyCallback } from 'passport-openidconnect'
import t, { type Test } from 'tap'
import { listen } from '../support/listen.ts'
import { createPlainBrowser } from './plain-browser.ts'
import { openProvider, type Provider } from './open-provider.ts'

/** Passport with its OpenID Connect strategy in an Express application. The strategy knows no PKCE. */

interface SignedInUser extends Pick<Profile, 'id' | 'displayName' | 'emails'> {
  issuer: string
}

t.test('Passport signs a user in and reads the profile', async t => {
  const provider = await openProvider(t)
  const url = await openApplication(t, provider)
  const browser = createPlainBrowser()
  const landing = await browser.walk(`${url}/login`, provider.user)
  t.equal(landing.url.href, `${url}/`)
  const me = JSON.parse(landing.body) as SignedInUser
  t.match(me, { issuer: provider.issuer, id: provider.user.id, emails: [{ value: provider.user.email }] })

  t.test('and again without a question, as long as the session lives', async t => {
    t.equal((await browser.open(`${url}/login`)).url.href, `${url}/`)
  })

  t.test('whoever declines comes back signed out', async t => {
    const stranger = createPlainBrowser()
    const page = await stranger.open(`${url}/login`)
    const refused = await stranger.decline(page)
    t.equal(refused.url.href, `${url}/failed`)
    t.equal((await stranger.open(`${url}/`)).status, 401)
  })

  t.test('a code that was taken to another browser is refused there', async t => {
    const [victim, thief] = [createPlainBrowser(`${url}/callback`), createPlainBrowser()]
    const { url: answer } = await victim.walk(`${url}/login`, provider.user)
    t.ok(answer.searchParams.has('code'))
    await thief.open(answer)
    t.equal((await thief.open(`${url}/`)).status, 401)
  })
})

async function openApplication(t: Test, { issuer, register }: Provider): Promise<string> {
  const app = express()
  const url = await listen(t, createServer(app))
  const callbackURL = `${url}/callback`
  const { clientId, clientSecret } = await register({ redirectUris: [callbackURL], profile: { requirePkce: false } })
  passport.use(new Strategy({
    issuer,
    authorizationURL: `${issuer}/oauth/authorize`,
    tokenURL: `${issuer}/oauth/token`,
    userInfoURL: `${issuer}/oauth/userinfo`,
    clientID: clientId,
    clientSecret,
    callbackURL,
    scope: ['profile', 'email'],
    nonce: 'yes',
    maxAge: '600',
    skipUserProfile: false
  }, (from: string, { id, displayName, emails }: Profile, done: VerifyCallback) =>
    done(null, { issuer: from, id, displayName, emails })))
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user: Express.User, done) => done(null, user))
  app.use(session({ secret: 'of the application', resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.get('/login', passport.authenticate('openidconnect') as RequestHandler)
  const destinations = { successRedirect: '/', failureRedirect: '/failed' }
  app.get('/callback', passport.authenticate('openidconnect', destinations) as RequestHandler)
  app.get('/failed', (_request, response) => void response.send('failed'))
  app.get('/', (request, response) => void (request.user === undefined ? response.sendStatus(401) : response.json(request.user)))
  return url
}
