import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { openProvider, type Provider } from '../interop/open-provider.ts'
import { keepScreenshot, openBrowser, openPage } from '../support/browser.ts'
import { callApi, createUser, signIn, type TestUser } from '../support/users.ts'
import { startExample } from './start-example.ts'

/** The applications of examples/, in processes of their own, in a real browser. */

t.test('people sign in to the examples', async t => {
  const browser = await openBrowser(t)
  const provider = await openProvider(t)
  await t.test('to the web app', t => tryWebApp(t, provider, browser))
  await t.test('to the single-page app', t => trySinglePageApp(t, provider, browser))
})

async function tryWebApp(t: Test, provider: Provider, browser: Browser) {
  const port = await findFreePort()
  const home = `http://127.0.0.1:${port}/`
  const { clientId, clientSecret } = await provider.register({
    name: 'Web app', redirectUris: [`${home}callback`], postLogoutRedirectUris: [home]
  })
  await startExample(t, 'web-app', {
    ISSUER: provider.issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, PORT: String(port)
  })

  for (const javaScriptEnabled of [true, false]) {
    await t.test(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async t => {
      const user = await createUser(provider.service)
      const { page, faults } = await openPage(t, browser, { javaScriptEnabled })
      await page.goto(home)
      await page.click('#sign-in')
      await answerPages(page, user)
      await page.waitForURL(home)
      t.equal(await page.textContent('#email'), user.email)
      t.equal(await page.textContent('#sub'), user.id)
      await keepScreenshot(page, `example-web-app${javaScriptEnabled ? '' : '-without-javascript'}`)

      const before = await page.textContent('#expires')
      await page.click('text=Refresh')
      await page.waitForURL(home)
      t.ok((await page.textContent('#expires'))! > before!)

      await page.click('text=Sign out')
      await page.waitForURL(home)
      t.ok(await page.isVisible('#sign-in'))
      await page.click('#sign-in')
      t.ok(await page.isVisible('#password'), 'at Countersign, too')

      await page.click('button.quiet')
      await page.waitForURL(`${home}callback*`)
      t.equal(await page.textContent('[role=alert]'), 'access_denied')
      // The browser itself complains of the status.
      t.strictSame(faults.filter(fault => !fault.includes('400 (Bad Request)')), [])
    })
  }

  await t.test('whoever has signed out everywhere else is signed out at the next refresh', async t => {
    const user = await createUser(provider.service)
    const { page } = await openPage(t, browser)
    await page.goto(`${home}sign-in`)
    await answerPages(page, user)
    await page.waitForURL(home)
    const { accessToken } = await signIn(provider.app, user)
    await callApi(provider.app, 'POST /api/auth/logout-all', { token: accessToken })
    await page.click('text=Refresh')
    await page.waitForSelector('#sign-in')
  })
}

async function trySinglePageApp(t: Test, provider: Provider, browser: Browser) {
  const [port, apiPort] = [await findFreePort(), await findFreePort()]
  const [home, api] = [`http://127.0.0.1:${port}/`, `http://127.0.0.1:${apiPort}`]
  const { clientId } = await provider.register({
    name: 'Single-page app', public: true, redirectUris: [home], postLogoutRedirectUris: [home]
  })
  await provider.registerApi({ identifier: api, name: 'Orders', scopes: ['orders:read'], clients: [clientId] })
  const service = await provider.register({ grants: ['client_credentials'], scopes: ['revocations:read'] })
  await startExample(t, 'single-page-app', { ISSUER: provider.issuer, CLIENT_ID: clientId, API: api, PORT: String(port) })

  const { user } = provider
  const { page, faults } = await openPage(t, browser)
  await page.goto(home)
  await page.click('#sign-in')
  await answerPages(page, user)
  await page.waitForSelector('#signed-in')
  t.equal(await page.textContent('#name'), user.email)
  t.equal(page.url(), home, 'the code does not stay in the address')
  t.strictSame(faults, [])

  await page.click('#load-orders')
  await page.waitForSelector('#fault')
  t.match(await page.textContent('#fault'), `There is no API at ${api}`)
  await startExample(t, 'resource-server', {
    ISSUER: provider.issuer, CLIENT_ID: service.clientId, CLIENT_SECRET: service.clientSecret, PORT: String(apiPort),
    ORIGIN: home.slice(0, -1)
  })
  faults.length = 0
  await page.click('#load-orders')
  await page.waitForSelector('#orders')
  t.match(await page.textContent('#orders'), `"customer": "${user.id}"`)
  await keepScreenshot(page, 'example-single-page-app')

  // Reloading forgets the tokens; the session at Countersign brings new ones without a question.
  await page.reload()
  await page.click('#sign-in')
  await page.waitForSelector('#signed-in')
  await page.click('#sign-out')
  await page.waitForSelector('#signed-out')
  await page.click('#sign-in')
  await page.waitForSelector('#password')
  t.strictSame(faults, [])
}

/** What Countersign asks somebody who is here for the first time. */
async function answerPages(page: Page, user: TestUser): Promise<void> {
  await page.fill('#email', user.email)
  await page.fill('#password', user.password)
  await page.click('button.primary')
  await page.click('button[value=allow]')
}
