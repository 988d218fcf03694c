import path from 'node:path'
import t from 'tap'
import { keepScreenshot, openBrowser, openPage } from '../support/browser.ts'
import { openPages } from './open-pages.ts'
import { samples } from './samples.ts'

/** What browsers are told of the pages, and what they make of it. */

t.setTimeout(120_000)
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40" rx="8" fill="#0a7d55"/>' +
  '<script>document.documentElement.setAttribute("data-owned", "yes")</script></svg>'
const folder = t.testdir({ 'logo.svg': svg })
const browser = await openBrowser(t)
const { url } = await openPages(t, { brandLogoFile: path.join(folder, 'logo.svg'), brandColor: '#ffe600' })

t.test('A28: every page says that nothing frames it, sniffs it, stores it, refers to it or runs in it', async t => {
  for (const name of Object.keys(samples)) {
    const { headers } = await fetch(`${url}/pages/${name}`)
    const policy = headers.get('content-security-policy')!.split('; ')
    const scripts = name === 'form-post' ? "script-src 'self'" : "script-src 'none'"
    t.strictSame(policy.toSorted(), ["base-uri 'none'", "default-src 'none'", "frame-ancestors 'none'", "img-src 'self'",
      "object-src 'none'", scripts, "style-src 'self'"], name)
    const expected = {
      'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin', 'content-type': 'text/html; charset=utf-8'
    }
    for (const [header, value] of Object.entries(expected)) t.equal(headers.get(header), value, `${name}: ${header}`)
  }
})

t.test('A28: the answer to a form may lead to another origin: no form-action stands in its way', async t => {
  const { page, faults } = await openPage(t, browser)
  await page.goto(`${url}/pages/consent`)
  await page.evaluate(() => document.querySelector('form')!.setAttribute('action', '/leave'))
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByText('arrived').waitFor()
  t.match(page.url(), /^http:\/\/localhost:/)
  t.notMatch(faults.join('\n'), /Content Security Policy/)
})

t.test('A28: another site cannot frame a page', async t => {
  const { page, faults } = await openPage(t, browser)
  await page.goto(`${url.replace('127.0.0.1', 'localhost')}/framing`)
  const [harmless, ours] = page.frames().slice(1)
  t.equal(await harmless!.getByText('arrived').count(), 1, 'what says nothing of frames is framed')
  t.equal(await ours!.getByRole('button').count(), 0)
  t.match(faults.join('\n'), /frame-ancestors|X-Frame-Options/i)
})

t.test('A28: a script that finds its way into a page does not run', async t => {
  const { page, faults } = await openPage(t, browser)
  await page.route('**/pages/sign-in', async route => {
    const response = await route.fetch()
    const body = (await response.text()).replace('<h1>', '<script>document.title="owned"</script><img src="x" onerror="document.title=\'owned\'"><h1>')
    await route.fulfill({ response, body })
  })
  await page.goto(`${url}/pages/sign-in`)
  t.equal(await page.title(), 'Sign in · Countersign')
  t.ok(faults.filter(fault => fault.includes('Content Security Policy')).length >= 2, 'the policy stopped both')
})

t.test('the logo stands on the page, and a script in it runs nowhere', async t => {
  const { page, faults } = await openPage(t, browser)
  await page.goto(`${url}/pages/sign-in`)
  const logo = page.getByAltText('Countersign')
  t.match(await logo.boundingBox(), { width: 144, height: 48 }, 'it is there to be seen')
  await keepScreenshot(page, 'sign-in-branded')
  t.strictSame(faults, [])
  await page.goto(`${url}${await logo.getAttribute('src')}`)
  t.equal(await page.evaluate(() => document.documentElement.getAttribute('data-owned')), null)
  t.match(faults.join('\n'), /script/i, 'the browser says that it was stopped')
})
