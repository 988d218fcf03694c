import type { Test } from 'tap'
import type { PendingStore } from '../../src/stores/pending.ts'

/** Two views of the same store, as two instances have them, and a way to make a time run out. */
export interface OpenPending {
  one: PendingStore
  other: PendingStore
  endTime(name: string): Promise<void>
}

/** What every PendingStore must do. */
export function pendingContract(t: Test, open: (t: Test) => Promise<OpenPending>): void {
  t.test('of 100 who add under one name one is told that it did', async t => {
    const { one, other } = await open(t)
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, place) => (place % 2 === 0 ? one : other).add('rush', String(place), 60)))
    t.equal(answers.filter(answer => answer).length, 1)
    t.equal(await one.find('rush'), String(answers.indexOf(true)))
  })

  t.test('what ran out of time is gone, and its name is free', async t => {
    const { one, other, endTime } = await open(t)
    await one.add('short', 'a', 60)
    t.equal(await other.find('short'), 'a')
    await endTime('short')
    t.equal(await other.find('short'), undefined)
    t.equal(await one.replace('short', 'a', { value: 'b' }), false)
    t.equal(await one.remove('short'), false)
    t.equal(await one.add('short', 'c', 60), true)
  })

  t.test('a value is replaced only while it is the one that was read, and keeps its time', async t => {
    const { one, other, endTime } = await open(t)
    await one.add('value', 'a', 60)
    const answers = await Promise.all([one.replace('value', 'a', { value: 'b' }), other.replace('value', 'a', { value: 'c' })])
    t.equal(answers.filter(answer => answer).length, 1)
    t.equal(await one.replace('value', 'a', { value: 'd' }), false)
    await endTime('value')
    t.equal(await one.find('value'), undefined)
  })

  t.test('of 50 who remove one is told that it did', async t => {
    const { one, other } = await open(t)
    await one.add('gone', 'a', 60)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, place) => (place % 2 === 0 ? one : other).remove('gone')))
    t.equal(answers.filter(answer => answer).length, 1)
    t.equal(await one.find('gone'), undefined)
  })
}
