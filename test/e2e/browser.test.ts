import type { Page } from 'playwright-core'
import t from 'tap'
import { findBarriers } from '../support/axe.ts'
import { keepScreenshot, openBrowser, openPage, phone, type PageSettings } from '../support/browser.ts'
import { allow, atApplication, enter, follow, openScene } from './browser-scene.ts'

/** Signing in as people do it: from an application's link to its callback and back, in Chromium. */

t.setTimeout(300_000)
const browser = await openBrowser(t)
const scene = await openScene(t)
const { client, issuer, arrivals } = scene
const last = () => arrivals().at(-1)!

const everybody: Record<string, PageSettings> = {
  desktop: {},
  phone: { viewport: phone, colorScheme: 'dark', isMobile: true, hasTouch: true },
  'no-script': { javaScriptEnabled: false }
}

for (const [name, settings] of Object.entries(everybody)) {
  t.test(`A24: from the link to the callback and back: ${name}`, async t => {
    const user = await scene.addUser()
    const { page, faults } = await openPage(t, browser, settings)
    const look = async (picture: string) => {
      if (settings.javaScriptEnabled !== false) t.strictSame(await findBarriers(page), [], `${picture}: axe finds nothing`)
      await keepScreenshot(page, `real-${picture}-${name}`)
    }
    await follow(page, scene.pageWithLink({ changes: { scope: 'openid email profile', state: `of-${name}`, prompt: 'login' } }))
    t.equal(await page.title(), 'Sign in · Countersign')
    await look('sign-in')
    await enter(page, { ...user, password: 'wrong password' })
    await page.getByRole('alert').waitFor()
    t.equal(await page.locator('#email').inputValue(), user.email, 'the address is still there')
    t.equal(await page.locator('#password').inputValue(), '')
    await look('sign-in-failed')
    await enter(page, user)
    await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
    t.match(await page.content(), user.email)
    await look('consent')
    const answered = page.waitForResponse(response => response.url().endsWith('/consent'))
    await allow(page)
    await atApplication(page)
    t.equal((await answered).status(), 303)
    t.match(last(), { state: `of-${name}`, iss: issuer, code: /./ })
    t.equal((await scene.redeem(last()['code']!)).statusCode, 200)
    t.strictSame(faults.filter(fault => !/40[13]/.test(fault)), [], 'the browser complains of nothing, our policy included')
    await follow(page, scene.pageWithLink({ changes: { scope: 'openid email profile', state: 'again' } }))
    await atApplication(page)
    t.equal(last()['state'], 'again', 'nothing is asked a second time')
    await follow(page, scene.pageWithLink({ changes: { prompt: 'select_account' } }))
    await look('select-account')
    await page.getByRole('button', { name: 'Continue as' }).click()
    await atApplication(page)
    await page.goto(`${issuer}/oauth/logout?client_id=${client.id}&post_logout_redirect_uri=${encodeURIComponent(`${scene.home}/goodbye`)}`)
    await look('logout')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('/goodbye').waitFor()
    await page.goto(`${issuer}/oauth/logout`)
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await look('signed-out')
  })
}

t.test('the keyboard alone is enough', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await page.goto(scene.pageWithLink({ changes: { state: 'typed' } }))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#password').waitFor()
  // The first field waits for it already.
  await page.keyboard.type(user.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(user.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  await page.keyboard.press('Tab')
  t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Allow')
  await page.keyboard.press('Enter')
  await atApplication(page)
  t.match(last(), { state: 'typed', code: /./ })
})

t.test('in the language of the application, or else of the browser', async t => {
  const user = await scene.addUser()
  const languages = {
    de: { settings: { locale: 'en' }, changes: { ui_locales: 'xx de fr' }, title: 'Anmelden' },
    fr: { settings: { locale: 'fr-CA' }, changes: {}, title: 'Se connecter' }
  }
  for (const [language, { settings, changes, title }] of Object.entries(languages)) {
    const { page } = await openPage(t, browser, settings)
    await follow(page, scene.pageWithLink({ changes: { ...changes, prompt: 'consent' } }))
    t.equal(await page.getAttribute('html', 'lang'), language)
    t.match(await page.title(), title)
    await enter(page, { ...user, password: 'wrong password' })
    await page.getByRole('alert').waitFor()
    t.equal(await page.getAttribute('html', 'lang'), language)
    await keepScreenshot(page, `real-sign-in-failed-${language}`)
    await enter(page, user)
    await page.locator('button[value=deny]').waitFor()
    t.equal(await page.getAttribute('html', 'lang'), language)
    t.strictSame(await findBarriers(page), [])
    await keepScreenshot(page, `real-consent-${language}`)
    await page.locator('button[value=deny]').click()
    await atApplication(page)
    t.match(last(), { error: 'access_denied' })
  }
})

t.test('password managers find one form with the names and hints they know', async t => {
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink({ changes: { login_hint: 'ada@example.com' } }))
  const form = page.locator('form:has(input[type=password])')
  t.equal(await form.count(), 1)
  t.equal(await form.locator('input[name=email][type=email][autocomplete=username]').inputValue(), 'ada@example.com')
  t.equal(await form.locator('input[name=password][type=password][autocomplete=current-password]').count(), 1)
  t.equal(await page.evaluate(() => document.activeElement?.id), 'password', 'who is known types the password at once')
})

t.test('form_post sends itself, and has a button where there is no script', async t => {
  for (const javaScriptEnabled of [true, false]) {
    const user = await scene.addUser()
    const { page, faults } = await openPage(t, browser, { javaScriptEnabled })
    await follow(page, scene.pageWithLink({ changes: { response_mode: 'form_post', state: '"><script>x</script>' } }))
    await enter(page, user)
    await allow(page)
    if (!javaScriptEnabled) {
      await page.getByRole('heading', { name: 'Almost there' }).waitFor()
      await keepScreenshot(page, 'real-form-post')
      await page.getByRole('button', { name: 'Continue' }).click()
    }
    await atApplication(page)
    t.equal(scene.site.requests.findLast(({ path }) => path === '/callback')?.method, 'POST')
    t.match(last(), { state: '"><script>x</script>', iss: issuer, code: /./ })
    t.notMatch(faults.join('\n'), /Content Security Policy/)
  }
})

t.test('an application may send people on to yet another site', async t => {
  const user = await scene.addUser()
  const { page, faults } = await openPage(t, browser)
  await follow(page, scene.pageWithLink({ changes: { state: 'further' } }))
  await enter(page, user)
  await allow(page)
  await page.waitForURL('**/nowhere')
  t.notMatch(faults.join('\n'), /Content Security Policy/)
})

t.test('no page of another site can show ours in a frame', async t => {
  const { page } = await openPage(t, browser)
  await page.goto(scene.home)
  const framed = async (address: string) => page.evaluate(async src => {
    const frame = document.createElement('iframe')
    frame.src = src
    const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
    document.body.append(frame)
    await loaded
  }, address)
  await framed(`${issuer}/oauth/logout`)
  t.notMatch(await page.frames()[1]!.content(), 'You are signed out')
})

async function cookiesOf(page: Page) {
  return Object.fromEntries((await page.context().cookies(issuer)).map(({ name, value }) => [name, value]))
}

t.test('B32: no script sees the cookies', async t => {
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink())
  await enter(page, await scene.addUser())
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  t.match(Object.keys(await cookiesOf(page)).toSorted(), ['countersign_browser', /^countersign_browser_/, 'countersign_page_device', 'countersign_session'])
  t.equal(await page.evaluate(() => document.cookie), '')
  const cookies = await page.context().cookies(issuer)
  for (const { httpOnly, sameSite, path } of cookies) t.match({ httpOnly, sameSite, path }, { httpOnly: true, sameSite: 'Lax', path: '/' })
})
