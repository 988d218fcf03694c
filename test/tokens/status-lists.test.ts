import { inflateSync } from 'node:zlib'
import t from 'tap'
import { unavailable } from '../../src/protocol/errors.ts'
import { numbersPerList } from '../../src/protocol/status-list.ts'
import { createStatusLists } from '../../src/tokens/status-lists.ts'
import type { OpenSigningKey } from '../../src/keys/open-key.ts'
import type { LiveEntry } from '../../src/protocol/revocation-rules.ts'
import type { KeyRecord } from '../../src/stores/keys.ts'
import { createTestClock } from '../support/clock.ts'

/** The rule for keeping a list and making it anew, with the world around it in the test's hands. */
function setScene() {
  const clock = createTestClock()
  const world = {
    seq: 1, journal: 'one', signer: 2, published: ['kid-1', 'kid-2', 'kid-3'], removed: [] as string[], highest: numbersPerList, reads: 0, signatures: 0,
    counts: 0, isAway: false, isSpoilt: false, signers: [] as string[],
    /** How much further the database is than what this instance has heard. */
    ahead: 0
  }
  const headOf = () => ({ seq: world.seq, hash: Buffer.from(world.journal) })
  const recordOf = (position: number) => ({ kid: `kid-${position}`, position }) as KeyRecord
  const gates: Array<() => void> = []
  let isSlow = false
  const lists = createStatusLists({
    clock, issuer: 'https://id.example', ttl: 30,
    list: {
      async confirm() {
        if (world.isAway) throw unavailable('revocation/unconfirmed')
        return world.seq
      },
      head: headOf,
      find: (kind, value) => kind === 'key' && world.removed.includes(value) ? {} as LiveEntry : undefined
    },
    ring: {
      signing: () => ({ record: recordOf(world.signer) }) as OpenSigningKey,
      verifying: kid => world.published.includes(kid) ? {} as OpenSigningKey : undefined,
      records: () => [1, 2, 3, 4].map(recordOf),
      async reload() {
        world.signer = 3
        world.published = ['kid-1', 'kid-3']
      }
    },
    async sign({ list, kid }, lst) {
      world.signatures++
      if (world.isSpoilt) throw new Error('no signature')
      world.signers.push(`kid-${world.signer}`)
      return { jwt: `${list}:${readingIn(lst)}:${kid}`, gzipped: Buffer.alloc(0), version: '' }
    },
    store: {
      async highestNumber() {
        world.counts++
        return world.highest
      },
      inUse: async () => [0, 1],
      async readEnded({ from }) {
        const number = from + ++world.reads
        const { seq, hash } = headOf()
        const head = { seq: seq + world.ahead, hash }
        if (isSlow) await new Promise<void>(resolve => gates.push(resolve))
        return { head, numbers: [number] }
      },
      prune: async () => 0
    }
  })
  const jwtOf = async (list: number, kid = 'kid-1') => (await lists.read({ list, kid }))?.jwt
  return { clock, world, lists, jwtOf, slow: () => { isSlow = true }, open: () => gates.splice(0).forEach(open => open()) }
}

/** Which reading a list was made of: the one place that it has set. */
function readingIn(lst: string): number | 'all' {
  const bytes = inflateSync(Buffer.from(lst, 'base64url'))
  if (bytes.length === numbersPerList / 8 && bytes.every(byte => byte === 0xff)) return 'all'
  const place = bytes.findIndex(byte => byte !== 0)
  return place * 8 + Math.log2(bytes[place]!)
}

const turn = () => new Promise(resolve => setImmediate(resolve))

t.test('a hundred who ask at once share one reading', async t => {
  const { world, jwtOf } = setScene()
  const answers = await Promise.all(Array.from({ length: 100 }, () => jwtOf(0)))
  t.equal(world.reads, 1)
  t.strictSame(new Set(answers), new Set(['0:1:kid-1']))
  t.equal(world.signatures, 1, 'and one signature')
  t.equal(await jwtOf(1), '1:2:kid-1', 'each list is its own')
})

t.test('it is kept until something is revoked, its time is over, another key signs or the journal is another', async t => {
  const { clock, world, jwtOf } = setScene()
  const changes: Array<[string, () => void, number, number]> = [
    ['nothing', () => undefined, 1, 1], ['nearly its time', () => clock.advance(29.9), 1, 1], ['its time', () => clock.advance(0.1), 2, 2],
    ['a revocation', () => world.seq++, 3, 3], ['nothing', () => undefined, 3, 3], ['another key', () => { world.signer = 3 }, 3, 4],
    ['a restore of the journal', () => { world.seq--; world.journal = 'two' }, 4, 5], ['nothing', () => undefined, 4, 5]
  ]
  await jwtOf(0)
  for (const [name, change, reads, signatures] of changes) {
    change()
    await jwtOf(0)
    t.strictSame([world.reads, world.signatures], [reads, signatures], name)
  }
})

t.test('what was read ahead of what the instance has heard is not read again for who has heard no more, nor once it has heard', async t => {
  const { clock, world, jwtOf } = setScene()
  world.ahead = 2
  const steps: Array<[string, () => void, number]> = [
    ['the first', () => undefined, 1], ['nothing', () => clock.advance(0.9), 1],
    ['a part of it is heard', () => { world.seq++; world.ahead-- }, 2], ['nothing', () => undefined, 2],
    ['the rest is heard', () => { world.seq++; world.ahead-- }, 2], ['more than it takes to hear', () => clock.advance(20), 2],
    ['a restore to what was asked for', () => { world.seq-- }, 3], ['another journal', () => { world.ahead = 1; world.journal = 'two' }, 4],
    ['nothing', () => undefined, 4], ['nothing is heard for too long', () => clock.advance(1), 5]
  ]
  for (const [name, step, reads] of steps) {
    step()
    await jwtOf(0)
    t.equal(world.reads, reads, name)
  }
})

t.test('the lists of the same grants under several keys share a reading, and each has its own signature', async t => {
  const { world, jwtOf } = setScene()
  t.strictSame(await Promise.all(['kid-1', 'kid-2', 'kid-1'].map(kid => jwtOf(0, kid))), ['0:1:kid-1', '0:1:kid-2', '0:1:kid-1'])
  t.strictSame([world.reads, world.signatures], [1, 2])
})

t.test('everything under a removed key is invalid from then on, whatever was made before, and nothing under the next', async t => {
  const { clock, world, jwtOf } = setScene()
  t.equal(await jwtOf(0, 'kid-2'), '0:1:kid-2')
  world.removed.push('kid-2')
  world.seq++
  t.equal(await jwtOf(0, 'kid-2'), '0:all:kid-2')
  t.strictSame(world.signers, ['kid-2', 'kid-3'], 'signed by the next, of which this instance had not heard')
  t.equal(await jwtOf(1, 'kid-2'), '1:all:kid-2', 'in every list, none of which is read for it')
  t.equal(await jwtOf(0, 'kid-3'), '0:2:kid-3')
  clock.advance(29.9)
  const { signatures } = world
  await jwtOf(0, 'kid-2')
  t.equal(world.signatures, signatures)
  clock.advance(0.2)
  await jwtOf(0, 'kid-2')
  t.equal(world.signatures, signatures + 1, 'it is signed anew in its time, too')
  t.equal(await jwtOf(2, 'kid-2'), undefined, 'a list that does not exist is none under it either')
  world.removed = []
  t.equal(await jwtOf(0, 'kid-2'), undefined, 'once no token of it can be alive')
})

t.test('under a key that is not published there is no list, and none is read for it', async t => {
  const { world, jwtOf } = setScene()
  t.equal(await jwtOf(0, 'kid-9'), undefined)
  t.equal(await jwtOf(0, 'kid-4'), undefined, 'one whose time is over')
  t.strictSame([world.reads, world.signatures], [0, 0])
})

t.test('tokens may name the lists in use under the keys that have signed: not the standby\'s, but those of removed keys', async t => {
  const { world, lists } = setScene()
  const named = async () => (await lists.uris()).map(uri => uri.replace('https://id.example/status-lists/', ''))
  t.strictSame(await named(), ['0.kid-1', '0.kid-2', '1.kid-1', '1.kid-2'])
  Object.assign(world, { signer: 3, published: ['kid-3'], removed: ['kid-2'] })
  t.strictSame(await named(), ['0.kid-2', '0.kid-3', '1.kid-2', '1.kid-3'])
})

t.test('a list that could not be signed is signed when it is asked for again', async t => {
  const { world, jwtOf } = setScene()
  world.isSpoilt = true
  await t.rejects(jwtOf(0), { message: 'no signature' })
  world.isSpoilt = false
  t.equal(await jwtOf(0), '0:1:kid-1')
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
  t.equal(await early, '0:1:kid-1')
  await turn()
  t.equal(world.reads, 2)
  open()
  t.strictSame(await Promise.all(late), ['0:2:kid-1', '0:2:kid-1'], 'one reading for all of them')
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
  t.equal(await jwtOf(2), '2:1:kid-1')
})

t.test('memory holds the lists that were asked for last', async t => {
  const { world, jwtOf } = setScene()
  world.highest = 1000 * numbersPerList
  for (let list = 0; list < 300; list++) await jwtOf(list)
  t.strictSame([world.reads, world.signatures], [300, 300])
  await jwtOf(299)
  t.strictSame([world.reads, world.signatures], [300, 300])
  await jwtOf(0)
  t.strictSame([world.reads, world.signatures], [301, 301])
  for (let key = 0; key < 300; key++) {
    world.published.push(`key-${key}`)
    await jwtOf(0, `key-${key}`)
  }
  await jwtOf(0)
  t.strictSame([world.reads, world.signatures], [301, 602], 'and so it is with keys')
})
