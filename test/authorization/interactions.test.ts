import t from 'tap'
import { createInteractions } from '../../src/authorization/interactions.ts'
import type { AuthorizationRequest } from '../../src/protocol/authorization-request.ts'
import type { UserTarget } from '../../src/protocol/target.ts'
import { createMemoryCounters } from '../../src/stores/memory/counters.ts'
import { createMemoryPending } from '../../src/stores/memory/pending.ts'
import { systemRandom } from '../../src/system.ts'
import { createTestClock } from '../support/clock.ts'

const start = { request: {} as AuthorizationRequest, target: {} as UserTarget, browser: 'a browser', address: 'somewhere' }

function openScene(maxHeld: number) {
  const clock = createTestClock()
  const interactions = createInteractions({
    pending: createMemoryPending(clock, maxHeld), counters: createMemoryCounters(clock), random: systemRandom, clock, limitPerAddress: 3
  })
  return { clock, interactions }
}

t.test('who begins and cancels, over and over, fills no memory', async t => {
  const { clock, interactions } = openScene(20)
  for (let turn = 0; turn < 100; turn++) {
    const interaction = await interactions.find(await interactions.begin(start), start.browser)
    t.ok(await interactions.answer(interaction!, { response: { redirectUri: 'https://app.example.com', responseMode: 'query', params: {} } }))
    clock.advance(4)
  }
  t.ok(await interactions.begin(start), 'there is room for others')
})

t.test('what is begun and not answered is bounded by address', async t => {
  const { interactions } = openScene(20)
  for (let turn = 0; turn < 3; turn++) await interactions.begin(start)
  await t.rejects(interactions.begin(start), { code: 'rate_limited' })
  t.ok(await interactions.begin({ ...start, address: 'elsewhere' }))
})

t.test('of two clicks at once the one that comes late answers what the other has only noted, and never a second time', async t => {
  const { interactions } = openScene(20)
  const id = await interactions.begin(start)
  const [first, second] = [(await interactions.find(id, start.browser))!, (await interactions.find(id, start.browser))!]
  t.equal(await interactions.advance(first, { consented: 'a-session' }), true)
  const response = { redirectUri: 'https://app.example.com', responseMode: 'query' as const, params: { state: 'one' } }
  t.equal(await interactions.answer(second, { response }), true, 'noted is not answered')
  t.equal(await interactions.answer(first, { response: { ...response, params: { state: 'two' } } }), false)
  t.match(await interactions.repeat(first, undefined), { params: { state: 'one' } }, 'the other click gets the same')
})
