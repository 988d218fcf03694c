import t from 'tap'
import { createMemoryCounters } from '../../../src/stores/memory/counters.ts'
import { countersContract } from '../../contract/counters.contract.ts'
import { createTestClock } from '../../support/clock.ts'

t.test('counters in memory', async t => {
  countersContract(t, () => {
    const clock = createTestClock()
    const counters = createMemoryCounters(clock)
    return Promise.resolve({
      one: counters,
      other: counters,
      endWindow: () => Promise.resolve(clock.advance(900))
    })
  })
})

t.test('a window ends to the millisecond', async t => {
  const clock = createTestClock()
  const counters = createMemoryCounters(clock)
  await counters.reserve('key', 1, 60)
  clock.advance(59.999)
  t.match(await counters.reserve('key', 1, 60), { allowed: false })
  clock.advance(0.001)
  t.match(await counters.reserve('key', 1, 60), { allowed: true, resetsIn: 60 })
})

t.test('windows that are over are swept, and those that are not are bounded', async t => {
  const clock = createTestClock()
  const counters = createMemoryCounters(clock, 100)
  for (let i = 0; i < 100; i++) await counters.reserve(`old-${i}`, 5, i < 50 ? 10 : 1000)
  clock.advance(10)
  await counters.reserve('new', 5, 1000)
  t.equal(counters.size(), 51)
  for (let i = 0; i < 200; i++) await counters.reserve(`more-${i}`, 5, 1000)
  t.equal(counters.size(), 100)
  t.match(await counters.reserve('more-199', 5, 1000), { count: 2 })
})
