import t from 'tap'
import { findBarriers } from '../support/axe.ts'
import { createWebClient } from '../support/authorization.ts'
import { keepScreenshot, openBrowser, openPage } from '../support/browser.ts'
import { claimsOf } from '../support/users.ts'
import { allow, atApplication, enter, follow, openScene } from './browser-scene.ts'

/** What people do that no protocol thinks of: two tabs, going back, reloading, clicking twice; and other sites' forms. */

t.setTimeout(300_000)
const browser = await openBrowser(t)
const scene = await openScene(t)
const { issuer, arrivals, service } = scene

/** How many codes have come to stand for something. */
let codes = 0
const { pending } = service.stores
const add = pending.add.bind(pending)
pending.add = (name, ...rest) => {
  if (name.startsWith('code:')) codes++
  return add(name, ...rest)
}

t.test('A29: two tabs with requests of two applications do not disturb each other', async t => {
  const user = await scene.addUser()
  const other = await createWebClient(service, { name: 'Invoices', redirectUris: [scene.callback] })
  const { page: first } = await openPage(t, browser)
  const second = await first.context().newPage()
  await Promise.all([
    follow(first, scene.pageWithLink({ changes: { state: 'tab-1', nonce: 'nonce-1' } })),
    follow(second, scene.pageWithLink({ client: other, changes: { state: 'tab-2', nonce: 'nonce-2' } }))
  ])
  await enter(second, user)
  await second.getByRole('heading', { name: 'Allow Invoices?' }).waitFor()
  await enter(first, user)
  await first.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  await allow(second)
  await atApplication(second)
  await allow(first)
  await atApplication(first)
  for (const [at, client] of [[1, scene.client], [2, other]] as const) {
    const { code } = arrivals().find(({ state }) => state === `tab-${at}`)!
    const redeemed = await scene.redeem(code!, client)
    t.equal(redeemed.statusCode, 200)
    t.match(claimsOf(redeemed.json<{ id_token: string }>().id_token), { aud: client.id, nonce: `nonce-${at}` })
  }
})

t.test('A29: going back to a finished sign-in shows that it is over, and mints nothing', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink())
  await enter(page, user)
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  await allow(page)
  await atApplication(page)
  const [before, arrived] = [codes, arrivals().length]
  await page.goBack()
  await page.getByRole('heading', { name: 'This sign-in is over' }).waitFor()
  t.match(await page.content(), 'Go back to the application and start again.')
  t.strictSame(await findBarriers(page), [])
  await keepScreenshot(page, 'real-ended-desktop')
  await page.reload()
  await page.getByRole('heading', { name: 'This sign-in is over' }).waitFor()
  t.equal(codes, before)
  t.equal(arrivals().length, arrived, 'the application is not bothered again')
  await follow(page, scene.pageWithLink())
  await atApplication(page)
})

t.test('reloading a page that came back with a fault, or opening its address, asks again', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink())
  await enter(page, { ...user, password: 'wrong password' })
  await page.getByRole('alert').waitFor()
  await page.reload()
  await page.getByRole('alert').waitFor()
  await page.goto(page.url())
  t.equal(await page.getByRole('alert').count(), 0)
  await enter(page, user)
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
})

t.test('A29: a double click on "allow" or "sign in" is one code, and leads to the application', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink({ changes: { state: 'clicked' } }))
  await page.locator('#email').fill(user.email)
  await page.locator('#password').fill(user.password)
  await page.locator('button.primary').dblclick()
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  const before = codes
  await page.getByRole('button', { name: 'Allow', exact: true }).dblclick()
  await atApplication(page)
  t.equal(codes, before + 1)
  t.match(arrivals().at(-1), { state: 'clicked', code: /./ })
  await follow(page, scene.pageWithLink({ changes: { prompt: 'login' } }))
  await page.locator('#email').fill(user.email)
  await page.locator('#password').fill(user.password)
  await page.locator('button.primary').dblclick()
  await atApplication(page)
  t.equal(codes, before + 2)
  t.equal((await scene.redeem(arrivals().at(-1)!['code']!)).statusCode, 200)
})

t.test('B30: a form of another site, sent in the browser of somebody who is signed in, does nothing', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink())
  await enter(page, user)
  await page.getByRole('heading', { name: 'Allow Orders?' }).waitFor()
  const action = await page.locator('form').first().getAttribute('action')
  const csrf = await page.locator('input[name=csrf]').first().inputValue()
  const attacker = await page.context().newPage()
  const send = async (address: string, fields: Record<string, string>) => {
    await attacker.goto(scene.home)
    await attacker.evaluate(([to, values]) => {
      const form = document.createElement('form')
      form.method = 'post'
      form.action = to
      for (const [name, value] of Object.entries(values)) {
        const input = document.createElement('input')
        Object.assign(input, { name, value, type: 'hidden' })
        form.append(input)
      }
      document.body.append(form)
      form.submit()
    }, [address, fields] as const)
    await attacker.waitForURL(url => url.origin === issuer)
    await attacker.waitForLoadState()
  }
  await send(`${issuer}${action}`, { csrf, decision: 'allow' })
  t.match(await attacker.title(), 'This form is out of date', 'even one that knows the token')
  await keepScreenshot(attacker, 'real-foreign-form')
  await send(`${issuer}/oauth/logout`, {})
  await attacker.getByRole('heading', { name: 'Sign out?' }).waitFor()
  t.ok((await page.context().cookies(issuer)).some(({ name }) => name === 'countersign_session'), 'the session is still there')
  await allow(page)
  await atApplication(page)
})

t.test('O179: an application signs a person out by a form of its own, as by a link', async t => {
  const user = await scene.addUser()
  const { page } = await openPage(t, browser)
  await follow(page, scene.pageWithLink())
  await enter(page, user)
  await allow(page)
  await atApplication(page)
  const { id_token: hint } = (await scene.redeem(arrivals().at(-1)!['code']!)).json<{ id_token: string }>()
  await page.evaluate(([to, token, back]) => {
    document.body.innerHTML = `<form method="post" action="${to}"><input name="id_token_hint" value="${token}">` +
      `<input name="post_logout_redirect_uri" value="${back}"><input name="state" value="bye"></form>`
    document.forms[0]!.submit()
  }, [`${issuer}/oauth/logout`, hint, `${scene.home}/goodbye`] as const)
  await page.getByText('/goodbye').waitFor()
  t.match(page.url(), /\?state=bye$/)
  t.notOk((await page.context().cookies(issuer)).some(({ name }) => name === 'countersign_session'))
  await follow(page, scene.pageWithLink())
  await page.locator('#password').waitFor()
})
