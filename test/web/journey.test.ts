import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { openProvider } from '../interop/open-provider.ts'
import { findBarriers } from '../support/axe.ts'
import { makeProofKey } from '../support/authorization.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { createUser } from '../support/users.ts'
import { startWebServer } from '../support/web-server.ts'

/** Whole ways through the pages, in a real browser: its tabs, its history, its cookies. */

t.setTimeout(180_000)
const browser = await openBrowser(t)
const provider = await openProvider(t)
const application = await startWebServer(t, response =>
  response.writeHead(200, { 'content-type': 'text/html', 'cache-control': 'no-store' }).end('back'))
const redirectUri = `${application.url}/callback`
const { clientId } = await provider.register({ name: 'Harbour', public: true, redirectUris: [redirectUri] })

function authorizeUrl(state: string): string {
  return `${provider.issuer}/oauth/authorize?${new URLSearchParams({
    client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state, prompt: 'consent',
    code_challenge: makeProofKey().challenge, code_challenge_method: 'S256'
  }).toString()}`
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.fill('#email', email)
  await page.fill('#password', password)
  await page.click('button.primary')
}

/** What the application was told, as often as it was. */
const answers = (): URLSearchParams[] => application.requests
  .filter(({ path }) => path.startsWith('/callback')).map(({ path }) => new URL(path, application.url).searchParams)

async function sessionCookieOf(context: BrowserContext) {
  return (await context.cookies()).find(({ name }) => name === 'countersign_session')
}

t.test('A29: of two tabs each ends with an answer of its own, whichever goes first', async t => {
  const { page: first, faults } = await openPage(t, browser)
  const second = await first.context().newPage()
  const user = await createUser(provider.service)
  application.requests.length = 0
  await first.goto(authorizeUrl('tab-1'))
  await second.goto(authorizeUrl('tab-2'))
  await signIn(second, user)
  await second.click('button[value=allow]')
  await second.waitForURL(`${redirectUri}*`)
  await signIn(first, user)
  t.strictSame(await findBarriers(first), [], 'axe finds nothing on the way either')
  await first.click('button[value=allow]')
  await first.waitForURL(`${redirectUri}*`)
  t.strictSame(answers().map(answer => answer.get('state')), ['tab-2', 'tab-1'])
  t.equal(new Set(answers().map(answer => answer.get('code'))).size, 2)
  t.strictSame(faults, [])
})

t.test('A29: the Back button shows what was, and mints no second code', async t => {
  const { page } = await openPage(t, browser)
  application.requests.length = 0
  await page.goto(authorizeUrl('once'))
  await signIn(page, await createUser(provider.service))
  await page.click('button[value=allow]')
  await page.waitForURL(`${redirectUri}*`)
  for (let steps = 0; steps < 2; steps++) {
    await page.goBack()
    // The page may be gone, or send its reader on: what counts is what the application gets.
    if (await page.isVisible('button[value=allow]')) await page.click('button[value=allow]')
    await page.waitForLoadState()
    t.match(await page.textContent('body'), /^back$|Go back to the application/, 'the answer it had, or that it is over')
  }
  t.equal(new Set(answers().map(answer => answer.get('code'))).size, 1)
})

t.test('B33: the cookie of a session changes at each sign-in, and no script reads it', async t => {
  const { page } = await openPage(t, browser)
  const context = page.context()
  const user = await createUser(provider.service)
  await page.goto(authorizeUrl('one'))
  t.equal(await sessionCookieOf(context), undefined, 'nobody is signed in')
  await signIn(page, user)
  await page.waitForSelector('button[value=allow]')
  const before = await sessionCookieOf(context)
  t.match(before, { httpOnly: true, sameSite: 'Lax', path: '/' })
  t.notMatch(await page.evaluate(() => document.cookie), 'countersign')
  await page.goto(authorizeUrl('two').replace('prompt=consent', 'prompt=login'))
  await signIn(page, user)
  await page.waitForSelector('button[value=allow]')
  t.not((await sessionCookieOf(context))!.value, before!.value)
})
