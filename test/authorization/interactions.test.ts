import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createInteractions } from '../../src/authorization/interactions.ts'
import type { AuthorizationRequest } from '../../src/protocol/authorization-request.ts'
import { createMemoryCounters } from '../../src/stores/memory/counters.ts'
import { createMemoryPending } from '../../src/stores/memory/pending.ts'
import { createTestClock } from '../support/clock.ts'

t.test('of two clicks at once the one that comes late answers what the other has only noted, and never a second time', async t => {
  const clock = createTestClock()
  const interactions = createInteractions({
    pending: createMemoryPending(clock), counters: createMemoryCounters(clock), random: { bytes: randomBytes }, clock, limitPerAddress: 10
  })
  const browser = 'a-browser'
  const target = { audience: [], scopes: [], lifetime: undefined, items: [] }
  const id = await interactions.begin({ request: {} as AuthorizationRequest, target, browser, address: 'a' })
  const [first, second] = [(await interactions.find(id, browser))!, (await interactions.find(id, browser))!]
  t.equal(await interactions.advance(first, { consented: 'a-session' }), true)
  const response = { redirectUri: 'https://app.example.com/callback', responseMode: 'query' as const, params: { state: 'one' } }
  t.equal(await interactions.answer(second, { response }), true, 'noted is not answered')
  t.equal(await interactions.answer(first, { response: { ...response, params: { state: 'two' } } }), false)
  t.match(await interactions.repeat(first, undefined), { params: { state: 'one' } }, 'the other click gets the same')
})
