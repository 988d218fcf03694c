import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import t from 'tap'
import {
  invalid, numbersPerList, packStatuses, readStatusListName, statusAt, statusListUri, statusPlaceOf, valid
} from '../../src/protocol/status-list.ts'
import { knownLists, knownSize, shortLists } from './status-list-facts.ts'

const each = (statuses: number[]): Array<[number, number]> => statuses.map((status, index) => [index, status])

t.test('Q199: statuses are packed from the least significant bit on', async t => {
  for (const { bits, statuses, packed, compressed } of shortLists) {
    const bytes = packStatuses(each(statuses), { bits, size: statuses.length })
    t.equal(Buffer.from(bytes).toString('hex'), packed)
    t.equal(inflateSync(Buffer.from(compressed, 'hex')).toString('hex'), packed, 'as the draft compresses it')
    t.strictSame(statuses.map((_, index) => statusAt(bytes, index, bits)), statuses)
  }
})

for (const { bits, statuses, sha256 } of knownLists) {
  t.test(`Q199: the draft's list of 2^20 entries with ${bits} bits each comes out to the byte, and is read again`, async t => {
    const bytes = packStatuses(statuses, { bits, size: knownSize })
    t.equal(bytes.length, knownSize * bits / 8)
    t.equal(createHash('sha256').update(bytes).digest('hex'), sha256)
    const read = inflateSync(deflateSync(bytes, { level: 9 }))
    const expected = new Map(statuses)
    let wrong = 0
    for (let index = 0; index < knownSize; index++) if (statusAt(read, index, bits) !== (expected.get(index) ?? valid)) wrong++
    t.equal(wrong, 0)
  })
}

t.test('an index that a list does not have has no status', async t => {
  const bytes = packStatuses([[15, invalid]], { bits: 1, size: 16 })
  t.equal(statusAt(bytes, 15, 1), invalid)
  for (const index of [-1, 16, 0.5, NaN, Infinity, 2 ** 40]) t.equal(statusAt(bytes, index, 1), undefined, String(index))
})

t.test('what does not fit is refused, and spills into no neighbour', async t => {
  for (const entry of [[16, 1], [-1, 1], [1.5, 1], [0, 2], [0, -1], [0, 0.5]] as Array<[number, number]>) {
    t.throws(() => packStatuses([entry], { bits: 1, size: 16 }), RangeError, String(entry))
  }
})

t.test('each number has a place of its own', async t => {
  t.strictSame(statusPlaceOf(0), { list: 0, index: 0 })
  t.strictSame(statusPlaceOf(numbersPerList - 1), { list: 0, index: 131_071 })
  t.strictSame(statusPlaceOf(numbersPerList), { list: 1, index: 0 })
  t.strictSame(statusPlaceOf(2 ** 48 - 1), { list: 2 ** 31 - 1, index: 131_071 })
})

t.test('a list is named by its number and a key, in one spelling', async t => {
  const kid = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
  const name = `2147483647.${kid}`
  t.equal(statusListUri('https://id.example', { list: 2 ** 31 - 1, kid }), `https://id.example/status-lists/${name}`)
  t.strictSame(readStatusListName(name), { list: 2 ** 31 - 1, kid })
  t.strictSame(readStatusListName(`0.${kid}`), { list: 0, kid })
  const wrong = [
    '', '0', kid, `.${kid}`, `00.${kid}`, `01.${kid}`, `-1.${kid}`, `1e0.${kid}`, `0.0.${kid}`, `99999999999.${kid}`, `0.${kid.slice(1)}`,
    `0.${kid}A`, `0.${kid}=`, `0.${kid}\n`, ` 0.${kid}`, `0.${kid.slice(1)}+`, `0-${kid}`, `${kid}.0`, '0.abcdefgh'
  ]
  for (const text of wrong) t.equal(readStatusListName(text), undefined, JSON.stringify(text))
})
