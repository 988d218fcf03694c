import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import {
  authorizeUrl, callback, consentOn, createDynamicClient, createVisitor, createWebClient, formsOf, makeProofKey, redeemCode, responseOf,
  settle, signInOn, submit, walk, type Visitor
} from '../support/authorization.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { claimsOf, cookiesOf, createUser } from '../support/users.ts'

const sessionCookie = 'countersign_session'
const browserCookie = 'countersign_browser'

/** How many codes have come to stand for something since. */
function watchCodes({ service }: OpenedService): () => number {
  const { pending } = service.stores
  const add = pending.add.bind(pending)
  let kept = 0
  pending.add = (name, ...rest) => {
    if (name.startsWith('code:')) kept++
    return add(name, ...rest)
  }
  return () => kept
}

async function countHashes({ service }: OpenedService): Promise<number> {
  const { body } = await service.metrics.render()
  return Number(/countersign_password_hash_seconds_count\{algorithm="argon2"\} (\d+)/.exec(body)?.[1] ?? 0)
}

/** Which stores a piece of work asks for what; each of their acts is one statement. */
function watchStores({ service: { stores } }: OpenedService): <T>(work: () => Promise<T>) => Promise<{ result: T; acts: string[] }> {
  const context = new AsyncLocalStorage<string[]>()
  for (const [noun, store] of Object.entries(stores as unknown as Record<string, Record<string, unknown>>)) {
    if (typeof store !== 'object') continue
    for (const [act, method] of Object.entries(store)) {
      if (typeof method !== 'function') continue
      store[act] = (...parameters: unknown[]): unknown => {
        context.getStore()?.push(`${noun}.${act}`)
        return Reflect.apply(method, store, parameters) as unknown
      }
    }
  }
  return async work => {
    const acts: string[] = []
    return { result: await context.run(acts, work), acts }
  }
}

const isSignIn = (page: LightMyRequestResponse) => formsOf(page)['sign-in'] !== undefined
const isConsent = (page: LightMyRequestResponse) => formsOf(page)['consent'] !== undefined
const allow = { decision: 'allow' }

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const codes = watchCodes(opened)
  const client = await createWebClient(service)
  const begin = async (visitor: Visitor, changes: Record<string, string> = {}) =>
    settle(visitor, await visitor.get(authorizeUrl(client, changes)))
  /** A visitor who is signed in and has allowed the client what it asks for. */
  const arrive = async () => {
    const [visitor, user] = [createVisitor(app), await createUser(service)]
    responseOf(await walk(visitor, authorizeUrl(client), user))
    return { visitor, user }
  }

  t.test('A28: every page of ours keeps others from framing, sniffing, storing and following it', async t => {
    const visitor = createVisitor(app)
    const user = await createUser(service)
    const signIn = await begin(visitor)
    const failed = await submit(visitor, signIn, { form: 'sign-in', fields: { email: user.email, password: 'wrong password' } })
    const consent = await signInOn(visitor, signIn, user)
    const formPost = await walk(visitor, authorizeUrl(client, { response_mode: 'form_post' }), user)
    const pages = {
      signIn, failed, consent, formPost,
      ended: await visitor.get(`/interaction/${'A'.repeat(22)}`),
      lost: await visitor.get('/oauth/authorize?client_id=nobody'),
      foreign: await visitor.post(formsOf(consent)['consent']!.action, allow),
      account: await begin(visitor, { prompt: 'select_account' }),
      logout: await visitor.get('/oauth/logout'),
      signedOut: await createVisitor(app).get('/oauth/logout')
    }
    for (const [name, { headers }] of Object.entries(pages)) {
      t.match(headers['content-type'], /^text\/html; charset=utf-8/, name)
      const policy = headers['content-security-policy'] as string
      t.match(policy, /default-src 'none'/, name)
      for (const part of ["frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"]) t.ok(policy.includes(part), `${name}: ${part}`)
      t.notMatch(policy, /unsafe|form-action/, name)
      t.match(headers, {
        'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store'
      }, name)
      t.notOk('access-control-allow-origin' in headers, name)
    }
  })

  t.test('A29: two requests in one browser end each with its own client, state and nonce', async t => {
    const [visitor, user, other] = [createVisitor(app), await createUser(service), await createWebClient(service)]
    const proofs = [makeProofKey(), makeProofKey()]
    const open = async (each: typeof client, at: number) => settle(visitor, await visitor.get(authorizeUrl(each, {
      state: `tab-${at}`, nonce: `nonce-${at}`, code_challenge: proofs[at]!.challenge
    })))
    const tabs = [await open(client, 0), await open(other, 1)]
    const second = await consentOn(visitor, await signInOn(visitor, tabs[1]!, user))
    const first = await consentOn(visitor, await signInOn(visitor, tabs[0]!, user))
    for (const [at, answer, each] of [[0, first, client], [1, second, other]] as const) {
      const { code, state } = responseOf(answer)
      t.equal(state, `tab-${at}`)
      const redeemed = await redeemCode(app, each, { code: code!, verifier: proofs[at]!.verifier })
      t.equal(redeemed.statusCode, 200)
      const idToken = redeemed.json<{ id_token: string }>().id_token
      t.match(claimsOf(idToken), { nonce: `nonce-${at}`, aud: each.id })
    }
  })

  t.test('A29: going back, reloading and sending again mint no second code', async t => {
    const clock = createTestClock(Date.now())
    const still = await openService(t, { store: 'embedded', clock })
    const kept = watchCodes(still)
    const [web, user, visitor] = [await createWebClient(still.service), await createUser(still.service), createVisitor(still.app)]
    const signIn = await settle(visitor, await visitor.get(authorizeUrl(web)))
    const consent = await signInOn(visitor, signIn, user)
    const { code } = responseOf(await consentOn(visitor, consent))
    const page = formsOf(consent)['consent']!.action.replace(/\/consent$/, '')
    t.equal(responseOf(await submit(visitor, consent, { form: 'consent', fields: allow }))['code'], code, 'a second click gets the same')
    t.equal((await visitor.get(page)).statusCode, 410, 'going back, however soon, does not')
    clock.advance(11)
    await still.service.pulse.refresh()
    const late = [
      await visitor.get(page),
      await visitor.get(`${page}/consent`).then(answer => settle(visitor, answer)),
      await submit(visitor, consent, { form: 'consent', fields: allow }),
      await signInOn(visitor, signIn, user),
      await submit(visitor, consent, { form: 'switch-account' }).then(answer => settle(visitor, answer)),
      await submit(visitor, signIn, { form: 'cancel' })
    ]
    for (const answer of late) {
      t.equal(answer.statusCode, 410)
      t.match(answer.body, 'Go back to the application and start again.')
    }
    t.equal(kept(), 1)
  })

  t.test('A29: two clicks at once are one code, wherever they land', async t => {
    const { visitor } = await arrive()
    const before = codes()
    const consent = await begin(visitor, { prompt: 'consent' })
    const answers = await Promise.all(Array.from({ length: 8 }, async () =>
      settle(visitor, await submit(visitor, consent, { form: 'consent', fields: allow }))))
    t.equal(new Set(answers.map(answer => responseOf(answer)['code'])).size, 1)
    t.equal(codes() - before, 1)
  })

  t.test('A29: whoever clicks "sign in" twice is signed in, and asked no more', async t => {
    const { user } = await arrive()
    const visitor = createVisitor(app)
    const before = codes()
    const page = await begin(visitor)
    const fields = { email: user.email, password: user.password }
    const both = await Promise.all([1, 2].map(() => submit(visitor, page, { form: 'sign-in', fields })))
    const answers = await Promise.all(both.map(answer => settle(visitor, answer)))
    t.equal(new Set(answers.map(answer => responseOf(answer)['code'])).size, 1)
    t.equal(codes() - before, 1)
  })

  t.test('the answer to a double click goes to nobody but its own user', async t => {
    const { visitor } = await arrive()
    const consent = await begin(visitor, { prompt: 'consent' })
    const again = (who: Visitor) => submit(who, consent, { form: 'consent', fields: allow })
    // Who planted the browser's cookie knows it, and may know the form, of an interaction of their own.
    const { visitor: thief } = await arrive()
    for (const [name, value] of visitor.cookies) if (name.startsWith(browserCookie)) thief.cookies.set(name, value)
    responseOf(await consentOn(visitor, consent))
    t.equal((await again(thief)).statusCode, 410)
    thief.cookies.delete(sessionCookie)
    t.equal((await again(thief)).statusCode, 410, 'nor to somebody who is not signed in')
    t.equal((await again(visitor)).statusCode, 303)
  })

  t.test('B30: a sign-in form without its token, or with a foreign one, signs nobody in', async t => {
    const user = await createUser(service)
    const [visitor, attacker] = [createVisitor(app), createVisitor(app)]
    const page = await begin(visitor)
    const { action, csrf } = formsOf(page)['sign-in']!
    const foreign = formsOf(await begin(attacker))['sign-in']!
    const another = formsOf(await begin(visitor))['sign-in']!
    const credentials = { email: user.email, password: user.password }
    const attempts = {
      'no token': await visitor.post(action, credentials),
      'an empty token': await visitor.post(action, { ...credentials, csrf: '' }),
      'a token cut short': await visitor.post(action, { ...credentials, csrf: csrf.slice(0, -1) }),
      'the token of another interaction': await visitor.post(action, { ...credentials, csrf: another.csrf }),
      'the token of another browser': await visitor.post(action, { ...credentials, csrf: foreign.csrf }),
      'another browser': await attacker.post(action, { ...credentials, csrf }),
      'no cookie': await createVisitor(app).post(action, { ...credentials, csrf }),
      "the attacker's own form in the victim's browser": await visitor.post(foreign.action, { ...credentials, csrf: foreign.csrf }),
      'a page of another site': await visitor.post(action, { ...credentials, csrf }, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
      'a neighbour of the site': await visitor.post(action, { ...credentials, csrf }, { 'sec-fetch-site': 'same-site' })
    }
    for (const [name, answer] of Object.entries(attempts)) {
      t.equal(answer.statusCode, 403, name)
      t.match(answer.headers['content-type'], /^text\/html/, name)
      t.notOk(sessionCookie in cookiesOf(answer).values, name)
    }
    const byGet = await visitor.get(`${action}?${new URLSearchParams({ ...credentials, csrf }).toString()}`)
    t.notOk(sessionCookie in cookiesOf(byGet).values, 'a link signs nobody in')
    t.ok(isSignIn(await settle(visitor, byGet)))
    const honest = await visitor.post(action, { ...credentials, csrf }, { 'sec-fetch-site': 'same-origin', origin: 'null' })
    t.equal(honest.statusCode, 303)
    t.ok(sessionCookie in cookiesOf(honest).values)
  })

  t.test("B30: an interaction of another browser shows nothing of itself, whatever its id", async t => {
    const [visitor, stranger] = [createVisitor(app), createVisitor(app)]
    const page = await begin(visitor)
    const address = formsOf(page)['sign-in']!.action.replace(/\/sign-in$/, '')
    await begin(stranger)
    const guesses = [address, '/interaction/x', '/interaction/..%2F..%2Fetc', `/interaction/${'A'.repeat(22)}`, '/interaction/%F0%9F%98%80']
    const answers = await Promise.all(guesses.map(guess => stranger.get(guess)))
    for (const answer of answers) t.equal(answer.statusCode, 410)
    t.equal(new Set(answers.map(({ body }) => body)).size, 1, 'all read the same')
  })

  t.test('B31: a consent form without its token, or of another interaction, allows nothing', async t => {
    const [visitor, user, attacker] = [createVisitor(app), await createUser(service), createVisitor(app)]
    const before = codes()
    const consent = await signInOn(visitor, await begin(visitor), user)
    const { action, csrf } = formsOf(consent)['consent']!
    const another = await begin(visitor, { state: 'another' })
    const foreign = formsOf(await begin(attacker))['sign-in']!
    const attempts = {
      'no token': await visitor.post(action, allow),
      'of another interaction': await visitor.post(action, { ...allow, csrf: formsOf(another)['consent']!.csrf }),
      'of another browser': await visitor.post(action, { ...allow, csrf: foreign.csrf }),
      'another browser': await attacker.post(action, { ...allow, csrf }),
      'a page of another site': await visitor.post(action, { ...allow, csrf }, { 'sec-fetch-site': 'cross-site' })
    }
    for (const [name, answer] of Object.entries(attempts)) {
      t.equal(answer.statusCode, 403, name)
      t.notOk('location' in answer.headers, name)
    }
    const byGet = await settle(visitor, await visitor.get(`${action}?decision=allow&csrf=${csrf}`))
    t.ok(isConsent(byGet), 'a link allows nothing')
    t.strictSame(await service.rooms.consents.list(user.id), [])
    t.equal(codes(), before)
    t.match(responseOf(await consentOn(visitor, consent)), { code: /./ })
  })

  t.test('B31: what a page asked of one user, another does not answer', async t => {
    const { visitor, user: first } = await arrive()
    const second = await createUser(service)
    const dynamic = await createDynamicClient(service)
    const open = async (changes: Record<string, string> = {}) => settle(visitor, await visitor.get(authorizeUrl(dynamic, changes)))
    const consent = await open()
    t.match(consent.body, first.email)
    const account = await begin(visitor, { prompt: 'select_account' })
    t.match(account.body, first.email)
    // In another tab somebody else signs in.
    await signInOn(visitor, await begin(visitor, { prompt: 'login' }), second)
    const answer = async (...form: Parameters<typeof submit>) => settle(visitor, await submit(...form))
    const asked = await answer(visitor, consent, { form: 'consent', fields: allow })
    t.ok(isConsent(asked), 'they are asked themselves')
    t.match(asked.body, second.email)
    t.strictSame(await service.rooms.consents.list(second.id), [])
    const chosen = await answer(visitor, account, { form: 'select-account', fields: { account: 'current' } })
    t.ok(formsOf(chosen)['select-account'], '"continue as" goes on as nobody else')
    t.match(chosen.body, second.email)
    const switched = await answer(visitor, consent, { form: 'switch-account' })
    t.ok(isConsent(switched))
  })

  t.test('a sign-in that was asked for counts for the session it was made in, and no other', async t => {
    const { visitor: victim, user } = await arrive()
    const wide = { scope: 'openid email' }
    responseOf(await walk(victim, authorizeUrl(client, wide), user))
    for (const changes of [{ prompt: 'login' }, { max_age: '0' }]) {
      const { visitor: thief, user: other } = await arrive()
      const consent = await signInOn(thief, await begin(thief, { ...changes, ...wide }), other)
      t.ok(isConsent(consent))
      thief.cookies.set(sessionCookie, victim.cookies.get(sessionCookie)!)
      const page = await thief.get(formsOf(consent)['consent']!.action.replace(/\/consent$/, ''))
      t.ok(isSignIn(page), `${JSON.stringify(changes)} asks again`)
      const sent = await settle(thief, await submit(thief, consent, { form: 'consent', fields: allow }))
      t.ok(isSignIn(sent))
    }
  })

  t.test('parameters that are added to a form change nothing of the request', async t => {
    const [visitor, user] = [createVisitor(app), await createUser(service)]
    const extra = {
      client_id: 'countersign', redirect_uri: 'https://evil.example/', scope: 'openid admin', state: 'evil', userId: 'usr_x', return_to: '//evil.example'
    }
    const page = await begin(visitor)
    const signedIn = await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: user.password, ...extra } })
    const consent = await settle(visitor, signedIn)
    const answer = await settle(visitor, await submit(visitor, consent, { form: 'consent', fields: { ...allow, ...extra } }))
    t.equal(responseOf(answer)['state'], 'state-1')
    t.match(await service.rooms.consents.list(user.id), [{ clientId: client.id, items: ['openid'] }])
    const twice = await begin(visitor, { prompt: 'consent' })
    const { action, csrf } = formsOf(twice)['consent']!
    t.equal((await visitor.post(action, `csrf=${csrf}&decision=allow&decision=deny`)).statusCode, 400)
    t.match(responseOf(await visitor.post(action, `csrf=${csrf}&decision=ALLOW`)), { error: 'access_denied' }, 'only "allow" allows')
  })

  t.test('B34: a wrong password and an unknown address are answered alike, with as many hashes and the same statements', async t => {
    const user = await createUser(service)
    const watched = watchStores(opened)
    const unknown = `user-${randomBytes(6).toString('hex')}@example.com`
    const ask = async (email: string) => {
      const visitor = createVisitor(app)
      const page = await begin(visitor)
      const before = await countHashes(opened)
      const { result: answer, acts } = await watched(() => submit(visitor, page, { form: 'sign-in', fields: { email, password: 'wrong password' } }))
      const interaction = formsOf(answer)['sign-in']!
      const id = interaction.action.split('/')[2]!
      const body = answer.body.replaceAll(interaction.csrf, 'TOKEN').replaceAll(id, 'ID').replaceAll(email, 'EMAIL')
      const headers = { ...answer.headers, date: '' }
      return { status: answer.statusCode, body, headers, acts, hashes: await countHashes(opened) - before }
    }
    const known = await ask(user.email)
    t.equal(known.status, 403)
    t.equal(known.hashes, 1)
    for (const act of ['users.find', 'pending.find']) t.ok(known.acts.includes(act), `${act} among ${known.acts.join(', ')}`)
    t.match(known.body, 'The email address or the password is wrong.')
    t.strictSame(await ask(unknown), known)
    const disabled = await createUser(service)
    await service.stores.users.endEverything(disabled.id, { reason: 'test', actor: 'admin' }, { disabled: true })
    t.strictSame(await ask(disabled.email), known, 'nor is a disabled account told apart')
  })

  t.test('B36: five failures of an account, and the page says how long to wait', async t => {
    const [visitor, user] = [createVisitor(app), await createUser(service)]
    const page = await begin(visitor)
    const guess = () => submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: 'wrong password' } })
    for (let turn = 0; turn < 5; turn++) t.equal((await guess()).statusCode, 403)
    const refused = await submit(visitor, page, { form: 'sign-in', fields: { email: user.email, password: user.password } })
    t.equal(refused.statusCode, 429, 'the right password, too')
    const wait = Number(refused.headers['retry-after'])
    t.ok(wait > 0 && wait <= 900)
    t.match(refused.body, 'There were too many attempts. Try again in 15 minutes.')
    t.ok(isSignIn(refused), 'the form is still there')
    t.notOk(sessionCookie in cookiesOf(refused).values)
    const { visitor: other } = await arrive()
    t.equal((await begin(other)).statusCode, 303, 'others are not concerned')
  })

  t.test('B45: no parameter of ours leads anywhere but to a registered address', async t => {
    const { visitor } = await arrive()
    const targets = ['//evil.example', '/\\evil.example', 'https:evil.example', 'https://evil.example', '%0d%0aLocation:%20https://evil.example']
    for (const target of targets) {
      for (const name of ['return_to', 'next', 'redirect', 'continue', 'target_link_uri']) {
        const answer = await visitor.get(`${authorizeUrl(client)}&${name}=${encodeURIComponent(target)}`)
        t.ok(answer.headers.location?.startsWith(`${callback}?code=`), `${name}=${target}`)
        t.notMatch(answer.headers.location, /evil/)
        const ended = await visitor.get(`/oauth/logout?client_id=${client.id}&${name}=${encodeURIComponent(target)}`)
        t.equal(ended.statusCode, 200)
        t.notMatch(ended.body, /evil/)
      }
    }
    const page = await begin(visitor, { prompt: 'login' })
    const address = formsOf(page)['sign-in']!.action
    for (const url of [`//evil.example${address}`, `${address}/..//evil.example`, `http://evil.example${address}`]) {
      const { headers } = await app.inject({ url, headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })
      t.notMatch(headers.location ?? '', /evil/, url)
    }
  })
})

t.test('B36: failures from one address are counted together, and another site cannot use them up', async t => {
  const { app, service } = await openService(t, { store: 'embedded', config: { SIGN_IN_LIMIT_PER_IP: '5' } })
  const client = await createWebClient(service)
  const visitor = createVisitor(app)
  const page = await settle(visitor, await visitor.get(authorizeUrl(client)))
  const guess = (headers = {}) => visitor.post(formsOf(page)['sign-in']!.action, {
    csrf: formsOf(page)['sign-in']!.csrf, email: `${randomBytes(6).toString('hex')}@example.com`, password: 'wrong password'
  }, headers)
  for (let turn = 0; turn < 9; turn++) await guess({ 'sec-fetch-site': 'cross-site' })
  for (let turn = 0; turn < 5; turn++) t.equal((await guess()).statusCode, 403)
  const refused = await guess()
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, { 'content-type': /^text\/html/, 'retry-after': /^[1-9]\d*$/ })
  t.match(refused.body, 'Too many attempts')
})

t.test('an address may have so many sign-ins open; those that were finished do not count', async t => {
  const { app, service } = await openService(t, { store: 'embedded', config: { SIGN_IN_LIMIT_PER_IP: '1' } })
  const client = await createWebClient(service)
  const user = await createUser(service)
  for (let turn = 0; turn < 12; turn++) responseOf(await walk(createVisitor(app), authorizeUrl(client), user))
  for (let turn = 0; turn < 10; turn++) t.equal((await createVisitor(app).get(authorizeUrl(client))).headers.location?.slice(0, 13), '/interaction/')
  const refused = await createVisitor(app).get(authorizeUrl(client))
  t.equal(refused.statusCode, 429)
  t.match(refused.headers, { 'content-type': /^text\/html/, 'retry-after': /^[1-9]\d*$/ })
  const elsewhere = await app.inject({ url: authorizeUrl(client), remoteAddress: '192.0.2.7' })
  t.equal(elsewhere.statusCode, 303)
  const silent = await createVisitor(app).get(authorizeUrl(client, { prompt: 'none' }))
  t.match(responseOf(silent), { error: 'login_required' }, 'where nothing is kept nothing is counted')
})
