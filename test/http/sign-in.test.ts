import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { secret } from '../support/secrets.ts'
import { callApi, cookiesOf, createUser } from '../support/users.ts'

const login = 'POST /api/auth/login'
const register = 'POST /api/auth/register'
let people = 0
/** An address nobody has, and an IP address of its own, so that the limit of registrations is not met. */
const newcomer = () => ({ email: `new-${++people}@example.com`, remoteAddress: `10.1.${people >> 8}.${people & 255}` })

/** Argon2 computations so far. */
async function countHashes({ service }: OpenedService): Promise<number> {
  const { body } = await service.metrics.render()
  return Number(/countersign_password_hash_seconds_count\{algorithm="argon2"\} (\d+)/.exec(body)?.[1] ?? 0)
}

onEachStore(t, async (t, opened) => {
  const { app, service, issuer } = opened
  const signUp = ({ email, remoteAddress }: ReturnType<typeof newcomer>, password: string, more: object = {}) =>
    callApi(app, register, { body: { email, password, ...more }, remoteAddress })
  const enter = (email: string, password: string, more: object = {}) =>
    callApi(app, login, { body: { email, password, ...more } })

  t.test('registration answers byte for byte alike whether the address was new or taken', async t => {
    const who = newcomer()
    const first = await signUp(who, secret('first password'), { name: 'Ada' })
    const before = await service.stores.users.find({ email: who.email })
    const again = await signUp({ ...who, email: who.email.toUpperCase() }, secret('another password'), { name: 'Eve', role: 'admin' })
    t.equal(first.statusCode, 201)
    t.equal(first.body, '{"status":"registered"}')
    t.equal(again.statusCode, 201)
    t.equal(again.body, first.body)
    const shape = (answer: typeof first) => Object.keys(answer.headers).sort()
    t.strictSame(shape(again), shape(first))
    t.strictSame(await service.stores.users.find({ email: who.email }), before, 'the taken account is left as it was')
    t.match(before, { name: 'Ada', role: 'user' })
    t.equal((await enter(who.email, 'first password')).statusCode, 200)
    t.equal((await enter(who.email, 'another password')).statusCode, 401)
  })

  t.test('registration costs the same work for a new and for a taken address', async t => {
    const who = newcomer()
    const start = await countHashes(opened)
    await signUp(who, secret('some password'))
    const middle = await countHashes(opened)
    await signUp(who, 'some password')
    t.equal(middle - start, 1)
    t.equal(await countHashes(opened) - middle, 1)
  })

  t.test('a password has 8 to 256 characters, counted as people count', async t => {
    const cases: Array<[string, number]> = [
      ['1234567', 400], ['12345678', 201], ['x'.repeat(256), 201], ['x'.repeat(257), 400],
      ['\u{1f600}'.repeat(7), 400], ['\u{1f600}'.repeat(8), 201], ['\u{1f600}'.repeat(256), 201], ['pass\0word', 400], ['\ud800password', 400]
    ]
    for (const [password, status] of cases) {
      const who = newcomer()
      const answer = await signUp(who, password)
      t.equal(answer.statusCode, status, `${password.length} units`)
      if (status === 400) t.match(answer.json(), { code: 'VALIDATION_FAILED', error: String })
      else t.equal((await enter(who.email, password)).statusCode, 200)
    }
    const who = newcomer()
    await signUp(who, `${'x'.repeat(80)}1`)
    t.equal((await enter(who.email, `${'x'.repeat(80)}2`)).statusCode, 401, 'nothing is cut off')
  })

  t.test('an address that cannot be used is refused', async t => {
    for (const email of ['', 'x', 'a@', '@b.c', 'a b@c.de', 'a@b@c.de', 'a\u200b@example.com', `${'x'.repeat(250)}@example.com`]) {
      const answer = await signUp({ ...newcomer(), email }, 'long enough')
      t.equal(answer.statusCode, 400, email.slice(0, 20))
      t.match(answer.json(), { code: 'VALIDATION_FAILED' })
    }
  })

  t.test('signing in gives an access token that any JWT library verifies', async t => {
    const user = await createUser(service)
    const answer = await enter(user.email.toUpperCase(), user.password)
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const body = answer.json<{ accessToken: string }>()
    t.strictSame(Object.keys(body), ['accessToken', 'tokenType', 'expiresIn', 'user'])
    t.match(body, { tokenType: 'Bearer', expiresIn: 600, user: { id: user.id, email: user.email, role: 'user' } })
    const jwks = createLocalJWKSet((await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>())
    const { payload } = await jwtVerify(secret(body.accessToken), jwks, { issuer, audience: issuer, typ: 'at+jwt', algorithms: ['RS256'] })
    t.match(payload, {
      sub: user.id, client_id: 'countersign', roles: ['user'], amr: ['pwd'], sid: String, grant_id: String, jti: String, auth_time: Number
    })
    t.notOk('scope' in payload)
    t.notMatch(JSON.stringify(payload), user.email, 'nothing personal')
  })

  t.test('the refresh token goes into a cookie, and into the body only when asked for', async t => {
    const user = await createUser(service)
    const byCookie = await enter(user.email, user.password)
    const { lines, values } = cookiesOf(byCookie)
    t.strictSame(Object.keys(values), ['countersign_refresh', 'countersign_device'])
    for (const line of lines) {
      t.match(line, /; Path=\//)
      t.match(line, /; HttpOnly/)
      t.match(line, /; SameSite=Strict/)
      t.match(line, /; Max-Age=\d+/)
      t.notMatch(line, /Secure|Domain/, 'a plain http issuer')
    }
    t.notMatch(byCookie.body, values['countersign_refresh'])
    const inBody = await enter(user.email, user.password, { refreshTokenIn: 'body' })
    t.strictSame(cookiesOf(inBody).lines, [])
    t.match(inBody.json(), { refreshToken: /^csrt_/, deviceSecret: /^[\w-]{22}$/ })
    t.equal((await enter(user.email, user.password, { refreshTokenIn: 'url' })).statusCode, 400)
  })

  t.test('an unknown account, a wrong password and a disabled user read alike and cost alike', async t => {
    const [user, disabled] = [await createUser(service), await createUser(service)]
    await service.stores.users.endEverything(disabled.id, { reason: 'test', actor: 'admin' }, { disabled: true })
    const attempts = [
      ['nobody@example.com', user.password], ['no address', user.password], [user.email, 'wrong password'], [disabled.email, disabled.password],
      [user.email, ''], [user.email, 'x'.repeat(4000)]
    ] as const
    const bodies = new Set<string>()
    for (const [email, password] of attempts) {
      const before = await countHashes(opened)
      const answer = await enter(email, password)
      t.equal(answer.statusCode, 401)
      t.match(answer.headers['www-authenticate'], /^Bearer realm=/)
      t.strictSame(cookiesOf(answer).lines, [])
      t.equal(await countHashes(opened) - before, 1, 'one hash each')
      bodies.add(answer.body)
    }
    t.strictSame([...bodies].map(body => JSON.parse(body) as object), [
      { error: 'The email address or the password is wrong.', code: 'INVALID_CREDENTIALS' }
    ])
  })

  t.test('an imported or weaker hash is replaced at the first sign-in', async t => {
    const password = secret('an imported password')
    const old = [
      await bcrypt(password, 4), await argon2(password, { memoryCost: 4096, timeCost: 1 }), await argon2(password, { algorithm: 1 })
    ]
    for (const passwordHash of old) {
      const user = await createUser(service, { password, passwordHash })
      t.equal((await enter(user.email, 'wrong password')).statusCode, 401)
      const [one, other] = await Promise.all([enter(user.email, password), enter(user.email, password)])
      t.strictSame([one.statusCode, other.statusCode], [200, 200], passwordHash.slice(0, 20))
      const stored = await service.stores.users.find({ email: user.email })
      t.match(stored?.passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      t.equal((await enter(user.email, password)).statusCode, 200)
    }
  })

  t.test('R203: no log line holds a password, a token or an address', async t => {
    const user = await createUser(service)
    const answer = await enter(user.email, user.password, { refreshTokenIn: 'body' })
    await enter(user.email, 'a wrong secret password')
    await callApi(app, `GET /api/auth/me?access_token=${answer.json<{ accessToken: string }>().accessToken}`)
    const log = opened.logLines.join('')
    const body = answer.json<Record<'accessToken' | 'refreshToken' | 'deviceSecret', string>>()
    for (const text of [user.password, user.email, 'a wrong secret password', body.accessToken, body.refreshToken, body.deviceSecret]) {
      t.notOk(log.includes(text))
    }
    t.ok(opened.logLines.length > 0)
  })
}, { config: { LOG_LEVEL: 'trace' } })

t.test('closed registration refuses, whatever is sent, and is the default in production', async t => {
  const opened = await openService(t, { store: 'embedded', config: { NODE_ENV: 'production', REGISTRATION: '' } })
  const answer = await callApi(opened.app, register, { body: { email: 'a@example.com', password: 'long enough' } })
  t.equal(answer.statusCode, 403)
  t.match(answer.json(), { code: 'REGISTRATION_CLOSED' })
  t.match(answer.headers['www-authenticate'], /^Bearer/)
  t.equal(await opened.service.stores.users.find({ email: 'a@example.com' }), undefined)
})
