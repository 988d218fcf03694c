import t from 'tap'
import { createInBatches } from '../../src/revocation/in-batches.ts'

interface Item {
  key: string
  value: number
}

/** Writes that end when the test says so. */
function openWriter(maxSize = 100) {
  const batches: Array<{ values: number[]; succeed(): void; fail(error: Error): void }> = []
  const write = (items: readonly Item[]): Promise<string[]> => new Promise((resolve, reject) => {
    batches.push({
      values: items.map(({ value }) => value), fail: reject, succeed: () => resolve(items.map(({ value }) => `wrote ${value}`))
    })
  })
  return { batches, add: createInBatches({ write, keyOf: item => item.key, maxSize }) }
}

/** Lets everything run that is ready to. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

t.test('one that comes alone is written at once, and what comes meanwhile is written together', async t => {
  const { batches, add } = openWriter()
  const answers = [1, 2, 3].map(value => add({ key: `k${value}`, value }))
  t.strictSame(batches.map(({ values }) => values), [[1]])
  batches[0]!.succeed()
  t.equal(await answers[0], 'wrote 1')
  await settle()
  t.strictSame(batches[1]!.values, [2, 3])
  batches[1]!.succeed()
  t.strictSame(await Promise.all(answers), ['wrote 1', 'wrote 2', 'wrote 3'])
})

t.test('of two with the same key the later waits for the next write, and no batch is too large', async t => {
  const { batches, add } = openWriter(2)
  const answers = [['a', 1], ['a', 2], ['a', 3], ['b', 4], ['c', 5]].map(([key, value]) => add({ key: key as string, value: value as number }))
  for (let at = 0; at < 4; at++) {
    batches[at]?.succeed()
    await settle()
  }
  await Promise.all(answers)
  t.strictSame(batches.map(({ values }) => values), [[1], [2, 4], [3, 5]])
})

t.test('when a write fails those in it hear of it, and the next is written', async t => {
  const { batches, add } = openWriter()
  const [first, second] = [add({ key: 'a', value: 1 }), add({ key: 'b', value: 2 })]
  batches[0]!.fail(new Error('away'))
  await t.rejects(first, { message: 'away' })
  await settle()
  batches[1]!.succeed()
  t.equal(await second, 'wrote 2')
  const third = add({ key: 'c', value: 3 })
  batches[2]!.succeed()
  t.equal(await third, 'wrote 3')
})
