import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import type { DemoAccounts } from '../../src/demo/accounts.ts'
import { prepareDemo } from '../../src/demo/demo.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { secret } from '../support/secrets.ts'
import { openService } from '../support/service.ts'
import { startExample } from './start-example.ts'

/**
 * What somebody meets who has just run `npm start`: its user and its clients, and the examples with the settings that it prints
 * and no others. So they listen at their own ports, 4001 and 4002, to which the clients are registered.
 */

t.test('the demo user signs in to both examples, started as the first start says', async t => {
  const port = await findFreePort()
  const { app, service } = await openService(t, { store: 'embedded', config: { ISSUER: `http://127.0.0.1:${port}` } })
  await app.listen({ host: '127.0.0.1', port })
  const printed = await prepareDemo(service)
  const demo = JSON.parse(readFileSync(path.join(service.config.dataDir, 'demo.json'), 'utf8')) as DemoAccounts
  for (const text of [demo.password, demo.clientSecret, demo.webAppSecret]) secret(text)
  const browser = await openBrowser(t)

  await t.test('the web app', async t => {
    await startExample(t, 'web-app', settingsOf(printed, 'web-app'))
    const { page, faults } = await openPage(t, browser)
    await page.goto('http://127.0.0.1:4001/')
    await page.click('#sign-in')
    await signIn(page, demo)
    await page.waitForURL('http://127.0.0.1:4001/')
    t.equal(await page.textContent('#email'), demo.email)
    await page.click('text=Sign out')
    await page.waitForURL('http://127.0.0.1:4001/')
    t.ok(await page.isVisible('#sign-in'))
    t.strictSame(faults, [])
  })

  await t.test('the single-page app', async t => {
    await startExample(t, 'single-page-app', settingsOf(printed, 'single-page-app'))
    const { page, faults } = await openPage(t, browser)
    await page.goto('http://127.0.0.1:4002/')
    await page.click('#sign-in')
    await signIn(page, demo)
    await page.waitForSelector('#signed-in')
    t.equal(await page.textContent('#name'), 'Demo')
    await page.click('#sign-out')
    await page.waitForSelector('#signed-out')
    t.equal(page.url(), 'http://127.0.0.1:4002/')
    t.strictSame(faults, [])
  })
})

/** The variables of the line that starts this example. */
function settingsOf(printed: string, example: string): Record<string, string> {
  const line = printed.split('\n').find(line => line.endsWith(` node examples/${example}/server.mjs`))!
  return Object.fromEntries(line.trim().split(' ').filter(word => word.includes('=')).map(word => word.split('=', 2) as [string, string]))
}

async function signIn(page: Page, { email, password }: DemoAccounts): Promise<void> {
  await page.fill('#email', email)
  await page.fill('#password', password)
  await page.click('button.primary')
  await page.click('button[value=allow]')
}
