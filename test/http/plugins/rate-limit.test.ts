import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { limitPerIp, registerRateLimit } from '../../../src/http/plugins/rate-limit.ts'
import { errorTable, unavailable, type CountersignError } from '../../../src/protocol/errors.ts'
import type { CounterStore } from '../../../src/stores/counters.ts'
import { createMemoryCounters } from '../../../src/stores/memory/counters.ts'
import { createTestClock } from '../../support/clock.ts'

async function open(t: Test, change: { counters?: CounterStore } = {}) {
  const clock = createTestClock()
  const app = Fastify()
  t.teardown(() => app.close())
  const errors: CountersignError[] = []
  app.setErrorHandler((error: CountersignError, _, reply) => {
    errors.push(error)
    return reply.code(errorTable[error.code].status).send({ code: errorTable[error.code].code })
  })
  await registerRateLimit(app, change.counters ?? createMemoryCounters(clock))
  app.post('/api/auth/login', { config: limitPerIp(2, 60) }, () => 'in')
  app.delete('/sessions/:id', { config: limitPerIp(1, 60) }, () => 'out')
  app.get('/free', () => 'free')
  const login = (remoteAddress: string) => app.inject({ method: 'POST', url: '/api/auth/login', remoteAddress })
  return { app, clock, errors, login }
}

t.test('beyond the limit a route answers 429 with the seconds to wait, and nothing else of the limit', async t => {
  const { clock, errors, login } = await open(t)
  for (let i = 0; i < 2; i++) t.equal((await login('192.0.2.1')).statusCode, 200)
  clock.advance(9.5)
  const refused = await login('192.0.2.1')
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['retry-after'], '51')
  t.same(Object.keys({ ...refused.headers, ...(await login('192.0.2.9')).headers }).filter(name => /limit/.test(name)), [])
  t.match(errors, [{ code: 'rate_limited', reason: 'rate-limit/api-auth-login', retryAfter: 51 }])
  clock.advance(51)
  t.equal((await login('192.0.2.1')).statusCode, 200)
})

t.test('of 100 requests at once exactly the limit passes', async t => {
  const { login } = await open(t)
  const answers = await Promise.all(Array.from({ length: 100 }, () => login('192.0.2.1')))
  t.equal(answers.filter(answer => answer.statusCode === 200).length, 2)
})

t.test('addresses and routes count apart; IPv6 counts by /64, a mapped address as IPv4', async t => {
  const { app, login } = await open(t)
  const status = async (address: string) => (await login(address)).statusCode
  t.same([await status('2001:db8:1:2::1'), await status('2001:db8:1:2:ffff::2')], [200, 200])
  t.equal(await status('2001:db8:1:2:1:2:3:4'), 429)
  t.equal(await status('2001:db8:1:3::1'), 200)
  t.same([await status('192.0.2.1'), await status('::ffff:192.0.2.1')], [200, 200])
  t.equal(await status('::ffff:c000:201'), 429)
  t.equal(await status('192.0.2.2'), 200)
  const end = (id: string) => app.inject({ method: 'DELETE', url: `/sessions/${id}`, remoteAddress: '192.0.2.1' })
  t.equal((await end('one')).statusCode, 200)
  t.equal((await end('other')).statusCode, 429)
})

t.test('a forwarded address counts for nothing unless a proxy is trusted, and other routes have no limit', async t => {
  const { app } = await open(t)
  const spoof = (forwarded: string) => app.inject({
    method: 'POST', url: '/api/auth/login', remoteAddress: '192.0.2.1', headers: { 'x-forwarded-for': forwarded }
  })
  const answers = [await spoof('198.51.100.1'), await spoof('198.51.100.2'), await spoof('198.51.100.3')]
  t.same(answers.map(answer => answer.statusCode), [200, 200, 429])
  for (let i = 0; i < 20; i++) t.equal((await app.inject('/free')).statusCode, 200)
})

t.test('counters that cannot be reached are said to be, not taken for a pass', async t => {
  const counters: CounterStore = {
    reserve: () => Promise.reject(unavailable('redis/unreachable')),
    giveBack: () => Promise.resolve()
  }
  const { login } = await open(t, { counters })
  t.equal((await login('192.0.2.1')).statusCode, 503)
})
