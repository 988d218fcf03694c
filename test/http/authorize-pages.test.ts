import t, { type Test } from 'tap'
import type { LightMyRequestResponse } from 'fastify'
import { createClient as createRedisClient } from 'redis'
import type { Service } from '../../src/compose.ts'
import {
  authorizeUrl, consentOn, createDynamicClient, createVisitor, createWebClient, formsOf, responseOf, settle, signInOn, submit, walk
} from '../support/authorization.ts'
import { postForm, type TestClient } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { createUser } from '../support/users.ts'

/** The pages between the request and the answer, under an issuer with a path: who may do what on them, and how often. */

const marker = 'marker-9f3a'

onEachStore(t, async (t, { app, service }) => {
  const user = await createUser(service)
  const client = await createWebClient(service)
  const arrive = async (changes = {}) => {
    const visitor = createVisitor(app)
    const page = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, changes)}`))
    return { visitor, page }
  }

  t.test('A20: a user who refuses, before signing in or at the consent, sends access_denied to the client', async t => {
    const { visitor, page } = await arrive()
    t.match(responseOf(await submit(visitor, page, { form: 'cancel' })), { error: 'access_denied', state: 'state-1', iss: 'https://id.example.com/t' })
    const second = await arrive()
    const consent = await signInOn(second.visitor, second.page, user)
    const refused = responseOf(await submit(second.visitor, consent, { form: 'consent', fields: { decision: 'deny' } }))
    t.match(refused, { error: 'access_denied', state: 'state-1' })
    t.notOk('code' in refused)
    t.same(await service.rooms.consents.list(user.id), [], 'nothing was given')
  })

  t.test('A24: every redirect that answers a form is 303', async t => {
    const { visitor, page } = await arrive()
    const signedIn = await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: user.password } })
    t.equal(signedIn.statusCode, 303)
    const consent = await settle(visitor, signedIn)
    const allowed = await submit(visitor, consent, { form: 'consent', fields: { decision: 'allow' } })
    t.equal(allowed.statusCode, 303)
    t.match(responseOf(allowed), { code: /^csac_/ })
    t.notMatch(JSON.stringify([signedIn.headers, allowed.headers]), user.password)
    await service.rooms.consents.withdraw(user.id, client.id)
  })

  t.test('the consent page warns of an application that registered itself, and of no other', async t => {
    const warning = /role="note"[^]*Nobody has checked this application[^]*<\/div>/
    const consentFor = async (asking: TestClient) => {
      const visitor = createVisitor(app)
      const page = await signInOn(visitor, await settle(visitor, await visitor.get(`/t${authorizeUrl(asking)}`)), await createUser(service))
      t.ok(formsOf(page)['consent'])
      return page.body
    }
    const warned = await consentFor(await createDynamicClient(service))
    t.match(warned, warning)
    t.match(warned, /app\.example\.com/, 'it says where the answer goes')
    t.notMatch(await consentFor(client), /role="note"|Nobody has checked/)
  })

  function isHardened(t: Test, page: LightMyRequestResponse, name: string): void {
    t.match(page.headers, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': /^default-src 'none';.*object-src 'none'; base-uri 'none'; frame-ancestors 'none'$/,
      'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin', 'strict-transport-security': /^max-age=(3153[6-9]\d{3}|\d{9,})/
    }, name)
    t.notMatch(page.headers['content-security-policy'], /unsafe|form-action|\*/, name)
    t.notMatch(page.body, marker, name)
  }

  t.test('A28: every page carries the headers that keep it ours, and nothing that the request brought', async t => {
    const { visitor, page } = await arrive({ state: marker, nonce: marker, acr_values: marker, scope: 'openid email', [marker]: marker })
    isHardened(t, page, 'sign-in')
    const wrong = await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: marker } })
    t.equal(wrong.statusCode, 403)
    isHardened(t, wrong, 'sign-in, again')
    isHardened(t, await signInOn(visitor, page, user), 'consent')
    isHardened(t, await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { prompt: 'select_account', state: marker })}`)), 'select account')
    const dynamic = await createDynamicClient(service)
    isHardened(t, await visitor.get(`/t${authorizeUrl(dynamic, { scope: marker })}`), 'leaving')
    for (const url of [
      `/t/oauth/authorize?client_id=${marker}`, `/t${authorizeUrl(client, { redirect_uri: `https://${marker}.example/` })}`, `/t/interaction/${marker}`,
      `/t/interaction/${'A'.repeat(22)}`, `/t/oauth/logout?client_id=${marker}&state=${marker}`, `/t/interaction/${encodeURIComponent(`<${marker}>`)}`
    ]) isHardened(t, await visitor.get(url), url)
    const foreign = await visitor.post(`/t/interaction/${'A'.repeat(22)}/consent`, { csrf: marker, decision: 'allow' })
    t.equal(foreign.statusCode, 403)
    isHardened(t, foreign, 'a foreign form')
    const json = await app.inject({ method: 'POST', url: '/t/oauth/authorize', payload: { client_id: marker } })
    t.equal(json.statusCode, 415)
    isHardened(t, json, 'no form')
    const session = visitor.cookies.get('__Host-countersign_session')
    t.match(session, /^[\w-]{43}$/, 'the names of cookies are bound to the host')
  })

  t.test('A29: two requests of one browser do not disturb each other, and each is answered once', async t => {
    const visitor = createVisitor(app)
    const other = await createWebClient(service)
    const first = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { state: 'one', nonce: 'n1' })}`))
    const second = await settle(visitor, await visitor.get(`/t${authorizeUrl(other, { state: 'two', nonce: 'n2' })}`))
    const secondConsent = await signInOn(visitor, second, user)
    const firstConsent = await settle(visitor, await visitor.get(formsOf(first)['sign-in']!.action.replace('/sign-in', '')))
    t.match(firstConsent.body, 'decision', 'the sign-in in one tab serves the other, too')
    t.match(responseOf(await consentOn(visitor, firstConsent)), { state: 'one', code: /^csac_/ })
    const clicks = [1, 2, 3, 4].map(() => submit(visitor, secondConsent, { form: 'consent', fields: { decision: 'allow' } }))
    const [code, ...again] = (await Promise.all(clicks)).map(answer => responseOf(answer))
    t.match(code, { state: 'two', code: /^csac_/ })
    for (const each of again) t.strictSame(each, code, 'a second click gets the same code')
    const thought = await submit(visitor, secondConsent, { form: 'cancel' })
    t.equal(thought.statusCode, 410, 'and no second thought another answer')
    t.equal((await visitor.get(formsOf(second)['sign-in']!.action.replace('/sign-in', ''))).statusCode, 410, 'nor going back')
    const waiting = await pendingTexts(service)
    if (service.config.redisUrl !== undefined) t.match(waiting, '"browserHash"')
    t.notMatch(waiting, code!['code']!, 'the code is nowhere in clear')
    for (const each of [client, other]) await service.rooms.consents.withdraw(user.id, each.id)
  })

  t.test('A29: two tabs that a browser without any cookie opens at once are both served', async t => {
    const visitor = createVisitor(app)
    const arriving = await Promise.all([1, 2, 3].map(tab => visitor.get(`/t${authorizeUrl(client, { state: `tab-${tab}` })}`)))
    for (const [place, answer] of arriving.entries()) {
      const page = await settle(visitor, answer)
      t.match(responseOf(formsOf(page)['sign-in'] ? await consentOn(visitor, await signInOn(visitor, page, user)) : await settle(visitor, page)), {
        state: `tab-${place + 1}`, code: /^csac_/
      })
    }
    await service.rooms.consents.withdraw(user.id, client.id)
  })

  t.test('B31: a consent counts with the token of its own interaction in the browser that was shown it', async t => {
    const { visitor, page } = await arrive()
    const consent = formsOf(await signInOn(visitor, page, user))['consent']!
    const otherPage = formsOf(await settle(visitor, await visitor.get(`/t${authorizeUrl(await createWebClient(service))}`)))['consent']!
    const stranger = createVisitor(app)
    await stranger.get(`/t${authorizeUrl(client)}`)
    for (const [who, csrf] of [
      [visitor, ''], [visitor, 'x'], [visitor, otherPage.csrf], [visitor, `${'A'.repeat(22)}.${consent.csrf.split('.')[1]!}`], [stranger, consent.csrf], [createVisitor(app), consent.csrf]
    ] as const) {
      const answer = await who.post(consent.action, { csrf, decision: 'allow' })
      t.equal(answer.statusCode, 403)
      t.equal(answer.headers.location, undefined)
    }
    t.equal((await stranger.get(consent.action.replace('/consent', ''))).statusCode, 410, 'another browser is not even told what it is about')
    t.same(await service.rooms.consents.list(user.id), [])
    const planted = createVisitor(app)
    planted.cookies.set('__Host-countersign_browser', 'A'.repeat(22))
    t.equal((await planted.post(consent.action, { csrf: consent.csrf, decision: 'allow' })).statusCode, 403)
  })

  t.test('no step is skipped by posting to a later one', async t => {
    const { visitor, page } = await arrive({ prompt: 'consent' })
    const { csrf, action } = formsOf(page)['sign-in']!
    const to = (name: string) => action.replace('sign-in', name)
    for (const [name, fields] of [['consent', { decision: 'allow' }], ['select-account', { account: 'current' }], ['switch-account', {}]] as const) {
      for (const token of [csrf, `${csrf}.${'A'.repeat(22)}`]) {
        const answer = await settle(visitor, await visitor.post(to(name), { csrf: token, ...fields }))
        t.ok(formsOf(answer)['sign-in'], name)
      }
    }
    const consent = await signInOn(visitor, page, user)
    t.ok(formsOf(consent)['consent'])
    const skipped = await settle(visitor, await visitor.post(to('consent'), { csrf, decision: 'allow' }))
    t.ok(formsOf(skipped)['consent'], 'a token that names no session gives no consent')
    t.same(await service.rooms.consents.list(user.id), [])
  })

  t.test('what one user answers is not the answer of another who signs in meanwhile', async t => {
    const [one, other] = [await createUser(service), await createUser(service)]
    const visitor = createVisitor(app)
    await walk(visitor, `/t${authorizeUrl(client)}`, one)
    const asked = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { prompt: 'consent', state: 'of-one' })}`))
    const choice = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { prompt: 'select_account' })}`))
    await walk(visitor, `/t${authorizeUrl(client, { prompt: 'login' })}`, other)
    const stale = await settle(visitor, await submit(visitor, asked, { form: 'consent', fields: { decision: 'allow' } }))
    t.ok(formsOf(stale)['consent'])
    t.match(stale.body, other.email, 'they are asked themselves')
    const chosen = await settle(visitor, await submit(visitor, choice, { form: 'select-account', fields: { account: 'current' } }))
    t.ok(formsOf(chosen)['select-account'], 'and so is who they are')
    t.match(chosen.body, other.email)
  })

  t.test('what one user did on prompt=login and prompt=consent does not count for the next one in that browser', async t => {
    const [one, other] = [await createUser(service), await createUser(service)]
    const visitor = createVisitor(app)
    await walk(visitor, `/t${authorizeUrl(client)}`, other)
    const asked = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { prompt: 'login consent' })}`))
    const consent = await signInOn(visitor, asked, one)
    t.ok(formsOf(consent)['consent'])
    await walk(visitor, `/t${authorizeUrl(client, { prompt: 'login' })}`, other)
    const next = await settle(visitor, await submit(visitor, consent, { form: 'consent', fields: { decision: 'allow' } }))
    t.ok(formsOf(next)['sign-in'], 'the other one has signed in elsewhere, not here')
    t.match(await service.rooms.consents.list(one.id), [], 'and nobody has consented for the first one')
  })

  t.test('a sign-in elsewhere with the cookie of this browser is no fresh sign-in here', async t => {
    const [owner, thief] = [await createUser(service), await createUser(service)]
    const visitor = createVisitor(app)
    await walk(visitor, `/t${authorizeUrl(client)}`, owner)
    const page = await settle(visitor, await visitor.get(`/t${authorizeUrl(client, { prompt: 'login' })}`))
    const elsewhere = createVisitor(app)
    elsewhere.cookies.set('__Host-countersign_browser', visitor.cookies.get('__Host-countersign_browser')!)
    await submit(elsewhere, page, { form: 'sign-in', fields: { email: thief.email, password: thief.password } })
    const again = await visitor.get(formsOf(page)['sign-in']!.action.replace('/sign-in', ''))
    t.ok(formsOf(again)['sign-in'], 'the owner has to give a password')
  })

  t.test('an interaction leads nowhere once its client or its address is gone', async t => {
    const leaving = await createWebClient(service)
    const visitor = createVisitor(app)
    const page = await settle(visitor, await visitor.get(`/t${authorizeUrl(leaving)}`))
    const consent = await signInOn(visitor, page, user)
    await service.stores.clients.delete(leaving.id, { reason: 'test', actor: 'admin' })
    await service.pulse.refresh()
    for (const form of ['consent', 'cancel']) {
      const answer = await submit(visitor, consent, { form, fields: { decision: 'allow' } })
      t.equal(answer.statusCode, 410)
      t.equal(answer.headers.location, undefined)
    }
  })

  t.test('signing in is refused to the forms of other sites', async t => {
    const { page } = await arrive()
    const { action, csrf } = formsOf(page)['sign-in']!
    const answer = await postForm(app, { url: action, form: { csrf, email: user.email, password: user.password } })
    t.equal(answer.statusCode, 403)
    t.equal(answer.headers['set-cookie'], undefined, 'B30: no session comes of it')
  })
}, { config: { ISSUER: 'https://id.example.com/t' } })

/** All that waits, as Redis holds it. */
async function pendingTexts({ config }: Service): Promise<string> {
  if (config.redisUrl === undefined) return ''
  const redis = await createRedisClient({ url: config.redisUrl }).connect()
  const texts: string[] = []
  for await (const keys of redis.scanIterator()) for (const key of keys) if (await redis.type(key) === 'string') texts.push(await redis.get(key) ?? '')
  redis.destroy()
  return texts.join('\n')
}
