import { createHash } from 'node:crypto'
import t from 'tap'
import { createAttempts } from '../../src/accounts/attempts.ts'
import { createMemoryCounters } from '../../src/stores/memory/counters.ts'
import { createTestClock } from '../support/clock.ts'

const email = 'ada@example.com'
const device = createHash('sha256').update('a device').digest()
const tooMany = { code: 'rate_limited', reason: 'sign-in/too-many-failures' }

function open() {
  const clock = createTestClock()
  const keys: string[] = []
  const memory = createMemoryCounters(clock)
  const counters = {
    ...memory,
    reserve(key: string, limit: number, windowSeconds: number) {
      keys.push(key)
      return memory.reserve(key, limit, windowSeconds)
    }
  }
  const attempts = createAttempts({ counters })
  return { clock, keys, attempts, signIn: (deviceHash?: Buffer) => attempts.reserveSignIn({ email, deviceHash }) }
}

async function fail(reserve: () => Promise<unknown>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await reserve()
}

t.test('of 100 parallel guesses of one account five go on to be hashed', async t => {
  const { signIn } = open()
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => signIn()))
  t.equal(results.filter(result => result.status === 'fulfilled').length, 5)
})

t.test('the sixth failure is refused with the rest of the window, after which it is allowed', async t => {
  const { clock, signIn } = open()
  await fail(signIn, 5)
  clock.advance(100.5)
  await t.rejects(signIn(), { ...tooMany, retryAfter: 800 })
  clock.advance(799.5)
  await signIn()
})

t.test('successes do not count, however many', async t => {
  const { signIn } = open()
  await fail(signIn, 4)
  for (let i = 0; i < 20; i++) await (await signIn()).giveBack()
  await signIn()
  await t.rejects(signIn(), tooMany)
})

t.test('an attempt is given back once', async t => {
  const { signIn } = open()
  await fail(signIn, 4)
  const last = await signIn()
  await last.giveBack()
  await last.giveBack()
  await signIn()
  await t.rejects(signIn(), tooMany)
})

t.test('a known device can sign in while a stranger has used up the account, and has its own limit', async t => {
  const { attempts, signIn } = open()
  await fail(signIn, 5)
  await t.rejects(signIn(), tooMany)
  await fail(() => signIn(device), 5)
  await t.rejects(signIn(device), tooMany)
  await attempts.reserveSignIn({ email: 'grace@example.com', deviceHash: device })
})

t.test('password changes are limited per user, apart from sign-in', async t => {
  const { attempts, signIn } = open()
  await fail(() => attempts.reservePasswordChange('usr_1'), 5)
  await t.rejects(
    attempts.reservePasswordChange('usr_1'), { code: 'rate_limited', reason: 'password-change/too-many-failures' }
  )
  await attempts.reservePasswordChange('usr_2')
  await signIn()
})

t.test('no key holds an address or a device in clear', async t => {
  const { keys, attempts, signIn } = open()
  await signIn()
  await signIn(device)
  await attempts.reservePasswordChange('usr_1')
  t.equal(new Set(keys).size, 3)
  t.notMatch(keys.join(), new RegExp(`${email}|example|usr_1|${device.toString('base64url')}`))
})
