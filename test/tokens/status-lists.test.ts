import t from 'tap'
import { unavailable } from '../../src/protocol/errors.ts'
import { numbersPerList } from '../../src/protocol/status-list.ts'
import { createStatusLists } from '../../src/tokens/status-lists.ts'
import type { OpenSigningKey } from '../../src/keys/open-key.ts'
import { createTestClock } from '../support/clock.ts'

/** The rule for keeping a list and making it anew, with the world around it in the test's hands. */
function setScene() {
  const clock = createTestClock()
  const world = { seq: 1, kid: 'kid-1', highest: numbersPerList, reads: 0, counts: 0, isAway: false }
  const gates: Array<() => void> = []
  let isSlow = false
  const lists = createStatusLists({
    clock, issuer: 'https://id.example', ttl: 30,
    list: {
      async confirm() {
        if (world.isAway) throw unavailable('revocation/unconfirmed')
        return world.seq
      }
    },
    ring: { signing: () => ({ record: { kid: world.kid } }) as OpenSigningKey },
    sign: async (list, statuses) => ({ jwt: `${list}:${statuses[0]}:${world.reads}`, gzipped: Buffer.alloc(0), version: '' }),
    store: {
      async highestNumber() {
        world.counts++
        return world.highest
      },
      inUse: async () => [0, 1],
      async readEnded({ from }) {
        world.reads++
        const { seq } = world
        if (isSlow) await new Promise<void>(resolve => gates.push(resolve))
        return { seq, numbers: [from + 2] }
      },
      prune: async () => 0
    }
  })
  const jwtOf = async (list: number) => (await lists.read(list))?.jwt
  return { clock, world, lists, jwtOf, slow: () => { isSlow = true }, open: () => gates.splice(0).forEach(open => open()) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

t.test('a hundred who ask at once share one reading', async t => {
  const { world, jwtOf } = setScene()
  const answers = await Promise.all(Array.from({ length: 100 }, () => jwtOf(0)))
  t.equal(world.reads, 1)
  t.strictSame(new Set(answers), new Set(['0:4:1']))
  t.equal(await jwtOf(1), '1:4:2', 'each list is its own')
})

t.test('it is kept until something is revoked, its time is over, or another key signs', async t => {
  const { clock, world, jwtOf } = setScene()
  const changes: Array<[string, () => void, number]> = [
    ['nothing', () => undefined, 1], ['nearly its time', () => clock.advance(29.9), 1], ['its time', () => clock.advance(0.1), 2],
    ['a revocation', () => world.seq++, 3], ['nothing', () => undefined, 3], ['another key', () => { world.kid = 'kid-2' }, 4]
  ]
  await jwtOf(0)
  for (const [name, change, reads] of changes) {
    change()
    await jwtOf(0)
    t.equal(world.reads, reads, name)
  }
})

t.test('who asks after a revocation is not answered by a reading of before it', async t => {
  const { world, jwtOf, slow, open } = setScene()
  slow()
  const early = jwtOf(0)
  await turn()
  world.seq = 2
  const late = [jwtOf(0), jwtOf(0)]
  await turn()
  open()
  t.equal(await early, '0:4:1')
  await turn()
  t.equal(world.reads, 2)
  open()
  t.strictSame(await Promise.all(late), ['0:4:2', '0:4:2'], 'one reading for all of them')
})

t.test('nothing is answered while revocations cannot be confirmed', async t => {
  const { world, jwtOf } = setScene()
  await jwtOf(0)
  world.isAway = true
  await t.rejects(jwtOf(0), { code: 'temporarily_unavailable' })
})

t.test('a list that does not exist is never made, and appears with its first number', async t => {
  const { world, jwtOf } = setScene()
  t.equal(await jwtOf(2), undefined)
  const counts = world.counts
  await Promise.all(Array.from({ length: 100 }, (_, place) => jwtOf(2 + place)))
  t.ok(world.counts - counts <= 2, 'a crowd costs two queries')
  t.equal(world.reads, 0)
  world.highest = 2 * numbersPerList
  t.equal(await jwtOf(2), '2:4:1')
})

t.test('memory holds the lists that were asked for last', async t => {
  const { world, jwtOf } = setScene()
  world.highest = 1000 * numbersPerList
  for (let list = 0; list < 300; list++) await jwtOf(list)
  t.equal(world.reads, 300)
  await jwtOf(299)
  t.equal(world.reads, 300)
  await jwtOf(0)
  t.equal(world.reads, 301)
})
