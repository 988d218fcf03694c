import t from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { keepScreenshot, openBrowser, openPage } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { callApi, createUser, signIn } from '../support/users.ts'
import { startApache, whyNoApache } from './apache.ts'
import { createPlainBrowser } from './plain-browser.ts'
import { openProvider } from './open-provider.ts'

t.test('a page behind Apache, with mod_auth_openidc', { skip: whyNoApache }, async t => {
  // Apache takes logout tokens on this very machine.
  const provider = await openProvider(t, { config: { OUTBOUND_PRIVATE_NETWORKS: '127.0.0.0/8' } })
  const { app, issuer, user } = provider
  const port = await findFreePort()
  const site = `http://127.0.0.1:${port}`
  const redirectUri = `${site}/secure/redirect_uri`
  const { clientId, clientSecret } = await provider.register({
    redirectUris: [redirectUri], postLogoutRedirectUris: [`${site}/goodbye.html`],
    backchannelLogoutUri: `${redirectUri}?logout=backchannel`
  })
  await startApache(t, {
    port,
    directives: `
      OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
      OIDCClientID ${clientId}
      OIDCClientSecret ${clientSecret}
      OIDCRedirectURI ${redirectUri}
      OIDCCryptoPassphrase of-the-site
      OIDCScope "openid email"
      OIDCPKCEMethod S256
    `
  })

  t.test('is shown to who has signed in, and knows who it is', async t => {
    const browser = createPlainBrowser()
    const landing = await browser.walk(`${site}/secure/`, user)
    t.equal(landing.url.href, `${site}/secure/`)
    t.match(landing.body, `<b id="user">${user.id}@${issuer}`)
    t.match(landing.body, `<b id="email">${user.email}</b>`)

    const left = await browser.open(`${redirectUri}?logout=${encodeURIComponent(`${site}/goodbye.html`)}`)
    t.equal(left.url.href, `${site}/goodbye.html`)
    const again = await browser.open(`${site}/secure/`)
    t.ok(again.url.href.startsWith(issuer), 'signed out here and there')
  })

  t.test('is closed as soon as the user has signed out everywhere', async t => {
    const browser = createPlainBrowser()
    await browser.walk(`${site}/secure/`, user)
    t.equal((await browser.open(`${site}/secure/`)).url.href, `${site}/secure/`)
    const { accessToken } = await signIn(app, user)
    t.equal((await callApi(app, 'POST /api/auth/logout-all', { token: accessToken })).statusCode, 200)
    // By a logout token through the back channel.
    await until('Apache has ended its session', async () => (await browser.open(`${site}/secure/`)).url.href.startsWith(issuer))
  })

  t.test('signs in in a real browser', async t => {
    const newcomer = await createUser(provider.service)
    const { page, faults } = await openPage(t, await openBrowser(t))
    await page.goto(`${site}/secure/`)
    await page.fill('#email', newcomer.email)
    await page.fill('#password', newcomer.password)
    await page.click('button.primary')
    await page.click('button[value=allow]')
    await page.waitForURL(`${site}/secure/`)
    t.equal(await page.textContent('#email'), newcomer.email)
    await keepScreenshot(page, 'interop-apache')
    t.strictSame(faults, [])
  })
})
