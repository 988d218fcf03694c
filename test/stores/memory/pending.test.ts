import t from 'tap'
import { createMemoryPending } from '../../../src/stores/memory/pending.ts'
import { pendingContract } from '../../contract/pending.contract.ts'
import { createTestClock } from '../../support/clock.ts'

t.test('what waits, in memory', async t => {
  pendingContract(t, () => {
    const clock = createTestClock()
    const pending = createMemoryPending(clock)
    return Promise.resolve({ one: pending, other: pending, endTime: () => Promise.resolve(clock.advance(60)) })
  })
})

t.test('a replaced value keeps what is left of its time, or has another', async t => {
  const clock = createTestClock()
  const pending = createMemoryPending(clock)
  for (const name of ['kept', 'shortened']) await pending.add(name, 'a', 60)
  t.equal(await pending.replace('kept', 'a', { value: 'b' }), true)
  t.equal(await pending.replace('shortened', 'a', { value: 'b', lifetime: 10 }), true)
  clock.advance(10)
  t.equal(await pending.find('kept'), 'b')
  t.equal(await pending.find('shortened'), undefined)
})

t.test('when it is full, what is there stays and what comes is told to come again', async t => {
  const clock = createTestClock()
  const pending = createMemoryPending(clock, 2)
  await pending.add('short', 'a', 10)
  await pending.add('long', 'b', 100)
  await t.rejects(pending.add('more', 'c', 10), { code: 'temporarily_unavailable' })
  t.equal(await pending.find('short'), 'a')
  clock.advance(10)
  t.equal(await pending.add('more', 'c', 10), true, 'there is room again')
  t.equal(await pending.find('long'), 'b')
})

t.test('of one kind too many leave room for the others', async t => {
  const clock = createTestClock()
  const pending = createMemoryPending(clock, 10)
  for (let place = 0; place < 10; place++) await pending.add(`assertion:client:${place}`, '', 60)
  await t.rejects(pending.add('assertion:client:more', '', 60), { code: 'temporarily_unavailable' })
  t.equal(await pending.add('code:one', 'a', 60), true)
  t.equal(await pending.add('interaction:one', 'a', 60), true)
  t.equal(await pending.remove('assertion:client:3'), true)
  t.equal(await pending.add('assertion:client:more', '', 60), true, 'one that was removed makes room')
  await t.rejects(pending.add('assertion:client:last', '', 60), { code: 'temporarily_unavailable' })
  clock.advance(60)
  for (let place = 0; place < 10; place++) t.equal(await pending.add(`assertion:client:${place}`, '', 60), true, 'and so does time')
})
