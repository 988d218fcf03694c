import fc from 'fast-check'
import t from 'tap'
import { createKeyFilter } from '../../../src/verifier/revocation/table/key-filter.ts'
import { createKeyTable, hashKey, segmentCount, type KeyEntry } from '../../../src/verifier/revocation/table/key-table.ts'
import { createRevocationTable } from '../../../src/verifier/revocation/table/revocation-table.ts'
import { createViews } from '../../../src/verifier/revocation/table/revocation-view.ts'

/** The table against the plainest there is. */

// Few keys, so that they meet again; whole words, so that signs are tried.
const word = fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, 42)
const anyKey = fc.record({ a: fc.integer({ min: -0x80000000, max: 0x7fffffff }), b: word, c: word })
const entry = fc.record({
  key: fc.oneof(anyKey, fc.record({ a: word, b: word, c: word })),
  cutoff: fc.oneof(fc.constant(0), fc.constantFrom(1, 0xffff, 0x10000, 0xffffffff, 0x100000000, 2 ** 48 - 1), fc.maxSafeNat().map(n => n % 2 ** 48)),
  end: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff))
})
const step = fc.oneof({ weight: 20, arbitrary: entry }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 }) })

const nameOf = ({ a, b, c }: { a: number; b: number; c: number }) => `${a} ${b} ${c}`

t.test('a table of one kind says what a Map says, whatever was put in and swept out', async () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), fc.integer(), (steps, seed) => {
    const table = createKeyTable(seed)
    const plain = new Map<string, KeyEntry>()
    for (const each of steps) {
      if (typeof each === 'number') {
        for (let segment = 0; segment < segmentCount; segment++) table.sweep(segment, each)
        for (const [name, { end }] of plain) if (end < each) plain.delete(name)
        continue
      }
      const added = { ...each.key, cutoff: each.cutoff, end: each.end }
      table.put(added)
      const known = plain.get(nameOf(added)) ?? added
      const cutoff = known.cutoff === 0 || added.cutoff === 0 ? 0 : Math.max(known.cutoff, added.cutoff)
      plain.set(nameOf(added), { ...added, cutoff, end: Math.max(known.end, added.end) })
    }
    const hashes = new Set<number>()
    for (let segment = 0; segment < segmentCount; segment++) table.eachHash(segment, hash => hashes.add(hash))
    for (const each of plain.values()) if (!hashes.has(hashKey(each, seed)) || table.find(each) !== each.cutoff) return false
    for (const each of steps) {
      if (typeof each === 'object' && !plain.has(nameOf(each.key)) && table.find(each.key) !== -1) return false
    }
    return table.size() === plain.size
  }), { numRuns: 200 })
})

t.test('many entries are all found, and nothing else', async t => {
  const filter = createKeyFilter()
  const table = createKeyTable(1)
  const key = (place: number) => ({ a: Math.imul(place, 0x9e3779b1), b: place, c: -place })
  for (let place = 0; place < 50_000; place++) {
    table.put({ ...key(place), cutoff: place % 3 === 0 ? place + 1 : 0, end: 100 })
    filter.note(hashKey(key(place), 1))
  }
  t.equal(table.size(), 50_000)
  let wrong = 0
  let guessed = 0
  for (let place = 0; place < 100_000; place++) {
    const expected = place >= 50_000 ? -1 : place % 3 === 0 ? place + 1 : 0
    if (table.find(key(place)) !== expected) wrong++
    const mayBe = filter.mayHave(hashKey(key(place), 1))
    if (expected === -1 && mayBe) guessed++
    if (expected !== -1 && !mayBe) wrong++
  }
  t.equal(wrong, 0)
  t.ok(guessed < 50, `of 50,000 keys that are not there, the filter takes ${guessed} for ones that are`)
})

t.test('of a million keys that are not there, the filter takes few for ones that are', async t => {
  const filter = createKeyFilter()
  const hashOf = (place: number) => hashKey({ a: Math.imul(place, 0x9e3779b1), b: Math.imul(place, 0x85ebca6b), c: place }, 7)
  for (let place = 0; place < 1_000_000; place++) filter.note(hashOf(place))
  let guessed = 0
  for (let place = 1_000_000; place < 2_000_000; place++) if (filter.mayHave(hashOf(place))) guessed++
  t.ok(guessed < 15_000, `${guessed}`)
  for (let segment = 0; segment < segmentCount; segment++) filter.clear(segment)
  for (let place = 0; place < 1_000_000; place++) if (filter.mayHave(hashOf(place))) guessed = Infinity
  t.ok(guessed < Infinity, 'what is cleared is forgotten')
})

t.test('entries of every kind are found after those beside them have been swept out, and those are not', async t => {
  const kinds = [1, 2, 3, 4, 5, 6]
  const table = createRevocationTable(5)
  const words = (place: number, kind: number) => ({ a: Math.imul(place, 0x9e3779b1), b: kind, c: place })
  const record = Buffer.alloc(23)
  const count = 3000
  for (const kind of kinds) {
    for (let place = 0; place < count; place++) {
      const { a, b, c } = words(place, kind)
      record[0] = kind
      record.writeInt32BE(a, 1)
      record.writeInt32BE(b, 5)
      record.writeInt32BE(c, 9)
      record.writeUInt32BE(place % 7 === 0 ? 1000 : 2000, 19)
      table.add(record, 0)
    }
  }
  for (let slice = 0; slice < 100; slice++) table.sweep(1500)
  let wrong = 0
  for (const kind of kinds) {
    for (let place = 0; place < 2 * count; place++) {
      const keys = kinds.map(each => each === kind ? words(place, kind) : undefined)
      if (table.covers({ keys, number: 0 }) !== (place < count && place % 7 !== 0)) wrong++
    }
  }
  t.equal(wrong, 0)
})

t.test('what has ended is swept out in slices, and its memory with it', async t => {
  const table = createRevocationTable(3)
  const record = Buffer.alloc(23)
  record[0] = 2
  for (let place = 0; place < 5000; place++) {
    record.writeUInt32BE(Math.imul(place, 0x9e3779b1) >>> 0, 1)
    record.writeUInt32BE(place % 2 === 0 ? 1000 : 2000, 19)
    table.add(record, 0)
  }
  t.equal(table.size(), 5000)
  table.sweep(1500)
  t.ok(table.size() > 0 && table.size() <= 5000, 'a slice is not the whole')
  for (let slice = 0; slice < 100; slice++) table.sweep(1500)
  t.equal(table.size(), 2500)
  for (let slice = 0; slice < 100; slice++) table.sweep(2001)
  t.equal(table.size(), 0)
})

t.test('an entry of a kind that is not known is skipped', async t => {
  const table = createRevocationTable(3)
  for (const kind of [0, 8, 255]) {
    const record = Buffer.alloc(23, 1)
    record[0] = kind
    table.add(record, 0)
  }
  t.equal(table.size(), 0)
})

t.test('a batch of many entries leaves others their turn, and counts once it is whole', async t => {
  const count = 50_000
  const entries = Buffer.alloc(23 * count)
  for (let place = 0; place < count; place++) {
    entries[23 * place] = 2
    entries.writeUInt32BE(Math.imul(place, 0x9e3779b1) >>> 0, 23 * place + 1)
    entries.writeUInt32BE(2000, 23 * place + 19)
  }
  const batch = { after: 0, seq: 7, point: '7.AAAAAAAAAAAAAAAA', entries }
  const begin = () => {
    const views = createViews({ monotonic: () => 0 })
    views.begin({ table: createRevocationTable(3), seq: 0, point: '0.AAAAAAAAAAAAAAAA', confirmedAt: 0, learnedAt: 0 })
    return views
  }
  const whole = begin()
  const applied = whole.apply(batch)
  t.ok(whole.serving()!.table.size() < count)
  t.equal(whole.followed()!.seq, 0, 'until then it is no newer than it was')
  t.equal(await applied, true)
  t.equal(whole.serving()!.table.size(), count)
  t.equal(whole.followed()!.point, batch.point)
  const left = begin()
  const ended = left.apply(batch)
  left.abandon()
  t.equal(await ended, false, 'what was given up in between is not continued')
  t.equal(left.serving()!.seq, 0)
})
