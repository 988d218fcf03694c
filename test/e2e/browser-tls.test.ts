import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { openPage } from '../support/browser.ts'
import { allow, atApplication, enter, follow } from './browser-scene.ts'
import { hosts, openTlsScene } from './tls-scene.ts'

/** The pages as they are in production: an https issuer behind a proxy that ends TLS, in Chromium, with hostile neighbours. */

t.setTimeout(120_000)
const scene = await openTlsScene(t)
const { browser, client, issuer, arrivals } = scene
const last = () => arrivals().at(-1)!
const sessionName = '__Host-countersign_session'
const formNames = ['__Host-countersign_browser', /^__Host-countersign_browser_[\w-]{22}$/]
const signedInNames = [...formNames, '__Host-countersign_page_device', sessionName]

const open = async (t: Test) => (await openPage(t, browser)).page
/** Every cookie that the browser would send to us, on whatever path. */
const cookiesOf = async (page: Page) => (await page.context().cookies([issuer, `${issuer}/oauth/authorize`, `${issuer}/interaction/x`]))
  .toSorted((a, b) => a.name < b.name ? -1 : 1)
const namesOf = async (page: Page) => (await cookiesOf(page)).map(({ name }) => name)
const sessionOf = async (page: Page) => (await cookiesOf(page)).find(({ name }) => name === sessionName)?.value

async function signIn(page: Page) {
  const user = await scene.addUser()
  await follow(page, scene.pageWithLink())
  await enter(page, user)
  await allow(page)
  await atApplication(page)
  return user
}

/** What the application hears when nobody may be asked. */
async function askSilently(page: Page) {
  await follow(page, scene.pageWithLink({ changes: { prompt: 'none' } }))
  await atApplication(page)
  return last()
}

t.test('B32: from the link to the callback, the cookies are bound to the host and to https, and no script sees them', async t => {
  const { page, faults } = await openPage(t, browser)
  await follow(page, scene.pageWithLink({ changes: { state: 'secured' } }))
  t.match(await namesOf(page), formNames, 'what the form is bound to')
  await enter(page, await scene.addUser())
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  t.match(await namesOf(page), signedInNames)
  for (const { name, ...attributes } of await cookiesOf(page)) {
    t.match(attributes, { domain: hosts.service, path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }, name)
  }
  t.equal(await page.evaluate(() => document.cookie), '')
  await allow(page)
  await atApplication(page)
  t.match(last(), { state: 'secured', iss: issuer, code: /./ })
  t.equal((await scene.redeem(last()['code']!)).statusCode, 200)
  t.strictSame(faults, [], 'the browser complains of nothing')
  const heard = scene.site.requests.filter(({ path }) => path.startsWith('/callback'))
  t.strictSame(heard.flatMap(({ headers }) => headers.referer ?? []), [], 'A28: the application does not hear where people come from')
  t.strictSame(heard.flatMap(({ headers }) => headers.cookie ?? []), [], 'no cookie of ours goes to it')

  await page.goto(`${issuer}/oauth/logout?client_id=${client.id}&post_logout_redirect_uri=${encodeURIComponent(`${scene.home}/goodbye`)}`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('/goodbye').waitFor()
  t.notOk((await namesOf(page)).includes(sessionName), 'signing out removes the cookie of the session')
  t.match(await askSilently(page), { error: 'login_required' })
})

t.test('B33: the cookie changes at every sign-in, and the old one opens nothing', async t => {
  const page = await open(t)
  const user = await signIn(page)
  const first = (await sessionOf(page))!
  await follow(page, scene.pageWithLink({ changes: { prompt: 'login' } }))
  await enter(page, user)
  await atApplication(page)
  const second = (await sessionOf(page))!
  t.not(second, first)
  for (const [value, answer] of [[first, { error: 'login_required' }], [second, { code: /./ }]] as const) {
    const thief = await open(t)
    await thief.context().addCookies([{ name: sessionName, value, url: issuer, secure: true, httpOnly: true }])
    t.match(await askSilently(thief), answer)
  }
})

t.test('B33: what a neighbour, or plain http, plants before the sign-in is not looked at, or never arrives', async t => {
  const attacker = await open(t)
  await signIn(attacker)
  await follow(attacker, scene.pageWithLink({ changes: { prompt: 'login' } }))
  const { [sessionName]: session, '__Host-countersign_browser': form } =
    Object.fromEntries((await cookiesOf(attacker)).map(({ name, value }) => [name, value]))
  const own = [`countersign_session=${session}`, `countersign_browser=${form}`]
  const ours = own.map(cookie => `__Host-${cookie}`)

  const page = await open(t)
  const domain = 'Domain=example.test; Path=/'
  // Once as they are, once hidden in the value of a cookie without a name.
  const disguised = [...ours, ...ours.map(cookie => `=${cookie}`), ...ours.map(cookie => cookie.replace('__Host', '__HOST'))]
  const attempts = disguised.flatMap(cookie => ['', '; Path=/', '; Path=/; Secure', '; Path=/oauth; Secure'].map(more => cookie + more))
  await page.goto(scene.plant('http service', attempts))
  for (const address of ['http neighbour', 'https neighbour'] as const) {
    await page.goto(scene.plant(address, disguised.flatMap(cookie => [`${cookie}; ${domain}`, `${cookie}; ${domain}; Secure`])))
  }
  t.strictSame(await namesOf(page), [], 'the prefix keeps them out')
  await page.goto(scene.plant('http neighbour', own.map(cookie => `${cookie}; ${domain}`)))
  await page.goto(scene.plant('http service', own.map(cookie => `${cookie}; Path=/oauth`)))
  t.strictSame(await namesOf(page), ['countersign_browser', 'countersign_browser', 'countersign_session', 'countersign_session'])

  t.match(await askSilently(page), { error: 'login_required' }, 'nobody is signed in as the attacker')
  await page.goto(attacker.url())
  t.equal(await page.locator('#password').count(), 0, "nor is the attacker's form shown to anybody else")
  await signIn(page)
  t.match(await askSilently(page), { code: /./ })
  t.not(await sessionOf(page), session)
})

t.test("B30: a form of the attacker's, sent by a neighbour in the same site, signs nobody in", async t => {
  const attacker = await open(t)
  const user = await scene.addUser()
  await follow(attacker, scene.pageWithLink())
  const form = attacker.locator('form:has(#password)')
  const [action, csrf] = [await form.getAttribute('action'), await form.locator('[name=csrf]').inputValue()]
  const page = await open(t)
  await follow(page, scene.pageWithLink())
  await page.goto(scene.plant('https neighbour'))
  const answered = page.waitForResponse(response => response.request().method() === 'POST')
  await page.evaluate(([action, fields]) => {
    const made = document.createElement('form')
    Object.assign(made, { method: 'post', action })
    made.append(...Object.entries(fields).map(([name, value]) => Object.assign(document.createElement('input'), { name, value })))
    document.body.append(made)
    made.submit()
  }, [new URL(action!, issuer).href, { csrf, email: user.email, password: user.password }] as const)
  const answer = await answered
  t.equal(answer.status(), 403)
  t.match(await answer.request().allHeaders(), { 'sec-fetch-site': 'same-site', cookie: /__Host-countersign_browser/ }, 'cookies came along')
  await page.waitForLoadState()
  t.equal(await sessionOf(page), undefined)
})

t.test('A28: no page of another origin frames ours, runs a script in it or holds on to its window', async t => {
  for (const around of [scene.home, scene.plant('https neighbour')]) {
    const { page, faults } = await openPage(t, browser)
    await page.goto(around)
    const address = `${issuer}/oauth/logout`
    await page.evaluate(async src => {
      const frame = Object.assign(document.createElement('iframe'), { src })
      const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
    }, address)
    t.match(faults.join('\n'), /frame-ancestors 'none'/, around)
    t.not(page.frames()[1]!.url(), address)
  }
  const { page, faults } = await openPage(t, browser)
  await page.goto(scene.home)
  const [opened] = await Promise.all([
    page.waitForEvent('popup'), page.evaluate(address => void window.open(address), `${issuer}/oauth/logout`)
  ])
  await opened.getByRole('heading', { name: 'You are signed out' }).waitFor()
  t.equal(await opened.evaluate(() => window.opener as unknown), null)
  await t.rejects(opened.addScriptTag({ content: 'document.title = "theirs"' }), /Content Security Policy/)
  t.not(await opened.title(), 'theirs')
  t.strictSame(faults, [])
})

t.test('A28: a browser that was here once does not come by plain http again', async t => {
  const plain = `${issuer.replace('https:', 'http:')}/oauth/logout`
  await t.rejects((await open(t)).goto(plain), 'one that was not does: the port speaks TLS alone')
  const page = await open(t)
  const first = await page.goto(`${issuer}/oauth/logout`)
  t.equal((await first!.allHeaders())['strict-transport-security'], 'max-age=31536000')
  await page.goto(plain)
  t.equal(page.url(), `${issuer}/oauth/logout`)
})
