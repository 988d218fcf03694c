import t from 'tap'
import { clientToken, createClient } from '../support/clients.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { callApi, createUser, signIn, type TestUser } from '../support/users.ts'

const login = 'POST /api/auth/login'

async function countHashes({ service }: OpenedService): Promise<number> {
  const { body } = await service.metrics.render()
  return Number(/countersign_password_hash_seconds_count\{algorithm="argon2"\} (\d+)/.exec(body)?.[1] ?? 0)
}

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const enter = (email: string, password: string, more: { deviceSecret?: string } = {}) =>
    callApi(app, login, { body: { email, password, ...more } })
  const guess = async (user: TestUser, count: number) => {
    const statuses = []
    for (let turn = 0; turn < count; turn++) statuses.push((await enter(user.email, `guess number ${turn}`)).statusCode)
    return statuses
  }

  t.test('five failures and the account waits, whoever asks, while a known device gets in', async t => {
    const user = await createUser(service)
    const { deviceSecret } = await signIn(app, user)
    t.strictSame(await guess(user, 6), [401, 401, 401, 401, 401, 429])
    const refused = await enter(user.email, user.password)
    t.equal(refused.statusCode, 429, 'the right password too')
    t.match(refused.json(), { code: 'RATE_LIMITED' })
    const wait = Number(refused.headers['retry-after'])
    t.ok(wait > 0 && wait <= 900)
    t.equal((await enter(user.email.toUpperCase(), user.password)).statusCode, 429, 'however it is spelled')
    t.equal((await enter(user.email, user.password, { deviceSecret })).statusCode, 200)
    const byCookie = await callApi(app, login, {
      body: { email: user.email, password: user.password }, cookies: { countersign_device: deviceSecret }
    })
    t.equal(byCookie.statusCode, 200)
    t.equal((await enter(user.email, user.password, { deviceSecret: 'A'.repeat(22) })).statusCode, 429, 'an unknown device is nobody')
    const other = await createUser(service)
    t.equal((await enter(other.email, other.password)).statusCode, 200, 'other accounts are not concerned')
  })

  t.test("a device of one account opens no allowance of another's", async t => {
    const [user, other] = [await createUser(service), await createUser(service)]
    const { deviceSecret } = await signIn(app, other)
    await guess(user, 5)
    t.equal((await enter(user.email, user.password, { deviceSecret })).statusCode, 429)
  })

  t.test('a known device has five failures of its own', async t => {
    const user = await createUser(service)
    const { deviceSecret } = await signIn(app, user)
    const statuses = []
    for (let turn = 0; turn < 6; turn++) statuses.push((await enter(user.email, 'wrong password', { deviceSecret })).statusCode)
    t.strictSame(statuses, [401, 401, 401, 401, 401, 429])
    t.equal((await enter(user.email, user.password)).statusCode, 200, 'the account itself has not been used up')
  })

  t.test('a success does not count', async t => {
    const user = await createUser(service)
    for (let turn = 0; turn < 8; turn++) t.equal((await enter(user.email, user.password)).statusCode, 200)
    await guess(user, 4)
    t.equal((await enter(user.email, user.password)).statusCode, 200)
  })

  t.test('of a hundred guesses at once at most five are hashed', async t => {
    const user = await createUser(service)
    const before = await countHashes(opened)
    const answers = await Promise.all(Array.from({ length: 100 }, (_, place) => enter(user.email, `guess number ${place}`)))
    t.equal(answers.filter(answer => answer.statusCode === 401).length, 5)
    t.equal(answers.filter(answer => answer.statusCode === 429).length, 95)
    t.equal(await countHashes(opened) - before, 5)
  })

  t.test('an account that does not exist is limited like one that does', async t => {
    const nobody = { id: '', email: 'nobody-at-all@example.com', password: '' }
    t.strictSame(await guess(nobody, 6), [401, 401, 401, 401, 401, 429])
  })

  t.test('R205: a flood of sign-ins is turned away with 503, and tokens are signed meanwhile', async t => {
    const client = await createClient(service)
    const flood = Array.from({ length: 400 }, (_, place) => enter(`flood-${place}@example.com`, 'some password'))
    let waiting = flood.length
    for (const answer of flood) void answer.then(() => waiting--)
    t.ok(await clientToken(app, client))
    t.ok(waiting > 50, `${waiting} sign-ins were still waiting when the token was there`)
    const answers = await Promise.all(flood)
    const refused = answers.filter(answer => answer.statusCode === 503)
    // 130 find a place, and a few more while the first are already being answered.
    t.ok(refused.length >= 100, `${refused.length} were turned away`)
    t.match(refused[0]!.json(), { code: 'TEMPORARILY_UNAVAILABLE' })
    t.match(refused[0]!.headers['retry-after'], /^[1-9]\d*$/)
    const user = await createUser(service)
    t.equal((await enter(user.email, user.password)).statusCode, 200, 'it is over when it is over')
  })
})

const config = { SIGN_IN_LIMIT_PER_IP: '2' }
const from = (opened: OpenedService, remoteAddress: string, forwarded?: string) => callApi(opened.app, login, {
  body: { email: 'x@example.com' }, remoteAddress, ...(forwarded !== undefined && { headers: { 'x-forwarded-for': forwarded } })
})

t.test('an address has a limit of its own; IPv6 counts by /64', async t => {
  const opened = await openService(t, { store: 'embedded', config })
  const status = async (...request: [string, string?]) => (await from(opened, ...request)).statusCode
  for (const address of ['2001:db8::1', '2001:db8::ffff:1']) t.equal(await status(address), 400)
  t.equal(await status('2001:db8:0:0:abcd::1'), 429)
  t.equal(await status('2001:db8:0:1::1'), 400)
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1']) t.equal(await status(address), 400)
  t.equal(await status('192.0.2.1'), 429, 'an IPv4-mapped address is an IPv4 address')
  t.equal(await status('192.0.2.1', '198.51.100.7'), 429, 'a proxy header of a stranger is not believed')
})

t.test('a proxy that is trusted says who is asking', async t => {
  const opened = await openService(t, { store: 'embedded', config: { ...config, TRUST_PROXY: '10.0.0.0/8' } })
  const status = async (...request: [string, string?]) => (await from(opened, ...request)).statusCode
  for (let turn = 0; turn < 2; turn++) t.equal(await status('10.0.0.1', '198.51.100.7'), 400)
  t.equal(await status('10.0.0.2', '198.51.100.7'), 429)
  t.equal(await status('10.0.0.1', '198.51.100.8'), 400)
  t.equal(await status('10.0.0.1', '203.0.113.9, 198.51.100.7'), 429, 'what a client adds in front does not count')
  for (let turn = 0; turn < 2; turn++) await status('192.0.2.1', '198.51.100.9')
  t.equal(await status('192.0.2.1', '198.51.100.10'), 429, 'another peer is not believed')
})

t.test('registrations are limited by address', async t => {
  const opened = await openService(t, { store: 'embedded' })
  const statuses = []
  for (let turn = 0; turn < 21; turn++) {
    statuses.push((await callApi(opened.app, 'POST /api/auth/register', { body: {}, remoteAddress: '192.0.2.1' })).statusCode)
  }
  t.strictSame([statuses[19], statuses[20]], [400, 429])
})
