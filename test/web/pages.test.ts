import type { Page } from 'playwright-core'
import t from 'tap'
import { findBarriers } from '../support/axe.ts'
import { keepScreenshot, narrow, openBrowser, openPage, phone } from '../support/browser.ts'
import { openPages } from './open-pages.ts'
import { honest, hostile, samples } from './samples.ts'

const names = Object.keys(samples)
t.setTimeout(180_000)
const browser = await openBrowser(t)
const { url, sent } = await openPages(t)

/** Each language, both colour schemes and three widths, each at least once: faults of one of them show on every page. */
const settings = {
  desktop: { locale: 'en' },
  phone: { locale: 'de', colorScheme: 'dark', viewport: phone },
  narrow: { locale: 'fr', viewport: narrow }
} as const

/** How far the page is wider than the window. */
const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

for (const [setting, options] of Object.entries(settings)) {
  t.test(`every page can be read and used by everybody: ${setting}, ${options.locale}`, async t => {
    const { page, faults } = await openPage(t, browser, options)
    // The page that sends itself has to stay to be looked at.
    await page.route('**/ui/submit.js*', route => route.fulfill({ body: '', contentType: 'text/javascript' }))
    for (const name of names) {
      await page.goto(`${url}/pages/${name}`)
      t.equal(await page.getAttribute('html', 'lang'), options.locale)
      t.strictSame(await findBarriers(page), [], `${name}: axe finds nothing`)
      t.equal(await overflowOf(page), 0, `${name}: nothing sticks out`)
      await keepScreenshot(page, `${name}-${setting}`)
    }
    t.strictSame(faults, [], 'the browser complains of nothing')
  })
}

t.test('names that an application chose are text, whatever they hold', async t => {
  const { page, faults } = await openPage(t, browser, { viewport: narrow })
  for (const name of names) {
    if (name === 'form-post') continue
    await page.goto(`${url}/pages/${name}?hostile`)
    t.notMatch(await page.title(), /^owned/, `${name}: no script runs`)
    t.equal(await page.locator('script, main img, svg, b').count(), 0, `${name}: no element is made`)
    t.equal(await page.locator('a[href^="javascript:"]').count(), 0, `${name}: no link runs code`)
    t.notMatch(await page.content(), /\u202E.*Countersign/, `${name}: nothing turns our own text round`)
    t.equal(await overflowOf(page), 0, `${name}: nothing sticks out`)
    t.strictSame(await findBarriers(page), [], `${name}: axe finds nothing`)
  }
  await page.goto(`${url}/pages/consent-unverified?hostile`)
  await keepScreenshot(page, 'consent-hostile-narrow')
  t.strictSame(faults, [], 'the policy had nothing to stop')
})

t.test('the keyboard reaches every control in the order of the page, and shows where it is', async t => {
  const { page } = await openPage(t, browser)
  const findFocus = () => page.evaluate(() => {
    const focused = document.activeElement!
    const style = getComputedStyle(focused)
    return {
      at: Array.from(document.querySelectorAll('a, button, input:not([type=hidden])')).indexOf(focused),
      isSeen: style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2
    }
  })
  for (const name of names.filter(each => each !== 'form-post')) {
    await page.goto(`${url}/pages/${name}`)
    const last = await page.locator('a, button, input:not([type=hidden])').count() - 1
    // Some pages begin in a field.
    const first = (await findFocus()).at
    const steps = [
      ...Array.from({ length: last - first }, (_, step) => ['Tab', first + 1 + step] as const),
      ...Array.from({ length: Math.max(0, last) }, (_, step) => ['Shift+Tab', last - 1 - step] as const)
    ]
    for (const [key, at] of steps) {
      await page.keyboard.press(key)
      t.strictSame(await findFocus(), { at, isSeen: true }, `${name}: ${key} to control ${at}`)
    }
  }
})

for (const javaScriptEnabled of [true, false]) {
  t.test(`forms work ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async t => {
    const { page } = await openPage(t, browser, { javaScriptEnabled })
    /** @returns what arrived after a button was pressed */
    const press = async (name: string, button: string, fill: (page: Page) => Promise<void> = async () => {}) => {
      sent.length = 0
      await page.goto(`${url}/pages/${name}`)
      await fill(page)
      await page.getByRole('button', { name: button, exact: true }).click()
      await page.getByText('received').waitFor()
      return sent.map(({ path, fields }) => [path, fields])
    }
    const csrf = 'the-token'
    t.strictSame(await press('sign-in', 'Sign in', async page => {
      await page.getByLabel('Email address').fill(honest.email)
      await page.getByLabel('Password').fill('correct horse battery')
    }), [['/answer', { csrf, email: honest.email, password: 'correct horse battery' }]])
    t.strictSame(await press('sign-in', 'Back to Harbour Logistics'), [['/cancelled', { csrf }]])
    t.strictSame(await press('consent', 'Allow'), [['/answer', { csrf, decision: 'allow' }]])
    t.strictSame(await press('consent', 'Do not allow'), [['/cancelled', { csrf, decision: 'deny' }]])
    t.strictSame(await press('consent', 'Use another account'), [['/switched', { csrf }]])
    t.strictSame(await press('select-account', 'Continue as ada@example.com'), [['/answer', { csrf, account: 'current' }]])
    t.strictSame(await press('select-account', 'Use another account'), [['/answer', { csrf, account: 'other' }]])
    t.strictSame(await press('logout', 'Sign out'), [['/answer', { csrf }]])
    t.equal(sent[0]?.origin, 'null', 'under no-referrer a browser does not say where a form comes from')
  })
}

t.test('a form post sends itself, and waits for the button where there is no script', async t => {
  const expected = [['/answer', { code: 'the-code', state: hostile.client, submit: 'a name that forms have too' }]]
  sent.length = 0
  const { page, faults } = await openPage(t, browser)
  await page.goto(`${url}/pages/form-post?hostile`)
  await page.getByText('received').waitFor()
  t.strictSame(sent.map(({ path, fields }) => [path, fields]), expected)
  t.strictSame(faults, [])

  sent.length = 0
  const { page: plain } = await openPage(t, browser, { javaScriptEnabled: false })
  await plain.goto(`${url}/pages/form-post?hostile`)
  t.equal(sent.length, 0)
  await plain.getByRole('button', { name: 'Continue' }).click()
  await plain.getByText('received').waitFor()
  t.strictSame(sent.map(({ path, fields }) => [path, fields]), expected)
})

t.test('a fault is announced, bound to its fields, and the cursor waits where the person goes on', async t => {
  const { page } = await openPage(t, browser)
  await page.goto(`${url}/pages/sign-in`)
  t.equal(await page.evaluate(() => document.activeElement?.id), 'email')
  await page.goto(`${url}/pages/sign-in-faulty`)
  t.equal(await page.evaluate(() => document.activeElement?.id), 'password')
  t.match(await page.title(), /^Not signed in/)
  t.equal(await page.getByRole('alert').textContent(), 'The email address or the password is wrong.')
  for (const label of ['Email address', 'Password']) {
    t.equal(await page.getByLabel(label).getAttribute('aria-describedby'), 'fault')
    t.equal(await page.getByLabel(label).getAttribute('aria-invalid'), 'true')
  }
  t.equal(await page.getByLabel('Email address').inputValue(), honest.email)
  t.equal(await page.getByLabel('Email address').getAttribute('autocomplete'), 'username')
  t.equal(await page.getByLabel('Password').getAttribute('autocomplete'), 'current-password')
})
