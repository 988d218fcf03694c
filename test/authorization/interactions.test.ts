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
