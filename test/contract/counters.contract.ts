import type { Test } from 'tap'
import type { CounterStore } from '../../src/stores/counters.ts'

/** Two views of the same counters, as two instances have them, and a way to make a window end. */
export interface OpenCounters {
  one: CounterStore
  other: CounterStore
  endWindow(key: string): Promise<void>
}

/** What every CounterStore must do. */
export function countersContract(t: Test, open: (t: Test) => Promise<OpenCounters>): void {
  t.test('of 100 attempts at once over two instances exactly the limit is allowed', async t => {
    const { one, other } = await open(t)
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? one : other).reserve('rush', 5, 900))
    )
    t.equal(answers.filter(answer => answer.allowed).length, 5)
    t.same(answers.filter(answer => answer.allowed).map(answer => answer.count).sort(), [1, 2, 3, 4, 5])
    t.ok(answers.filter(answer => !answer.allowed).every(answer => answer.count === 5))
  })

  t.test('the window is counted from the first attempt and says when it ends', async t => {
    const { one } = await open(t)
    const first = await one.reserve('window', 2, 900)
    const second = await one.reserve('window', 2, 60)
    const refused = await one.reserve('window', 2, 900)
    t.match([first, second, refused].map(({ allowed, count }) => ({ allowed, count })), [
      { allowed: true, count: 1 }, { allowed: true, count: 2 }, { allowed: false, count: 2 }
    ])
    for (const { resetsIn } of [first, second, refused]) t.ok(resetsIn > 890 && resetsIn <= 900, `${resetsIn}`)
  })

  t.test('after the window everything is allowed again', async t => {
    const { one, endWindow } = await open(t)
    await one.reserve('over', 1, 900)
    t.equal((await one.reserve('over', 1, 900)).allowed, false)
    await endWindow('over')
    t.match(await one.reserve('over', 1, 900), { allowed: true, count: 1 })
  })

  t.test('an attempt that is given back makes room for another', async t => {
    const { one, other } = await open(t)
    await one.reserve('back', 2, 900)
    await one.reserve('back', 2, 900)
    await other.giveBack('back')
    t.match(await other.reserve('back', 2, 900), { allowed: true, count: 2 })
    t.equal((await one.reserve('back', 2, 900)).allowed, false)
  })

  t.test('giving back more than was taken leaves no credit', async t => {
    const { one } = await open(t)
    await one.giveBack('credit')
    await one.reserve('credit', 1, 900)
    await one.giveBack('credit')
    await one.giveBack('credit')
    t.match(await one.reserve('credit', 1, 900), { allowed: true, count: 1 })
    t.equal((await one.reserve('credit', 1, 900)).allowed, false)
  })

  t.test('one key does not count for another', async t => {
    const { one } = await open(t)
    await one.reserve('a', 1, 900)
    t.equal((await one.reserve('b', 1, 900)).allowed, true)
  })
}
