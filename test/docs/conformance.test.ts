import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { codeSpans, readPage, root, tableRows } from './read-page.ts'

/** The parts whose every item is proved by a test that bears its number. */
const numberedParts = ['A', 'C', 'D', 'E', 'F', 'H', 'I', 'J', 'M', 'N', 'O']
const isNumber = /^[A-R]\d+$/
const itemCount = 206

/** The files of test/, by the item numbers in their titles: `A4: …`, `K123, K124: …`. */
function findProofs(): Map<string, Set<string>> {
  const proofs = new Map<string, Set<string>>()
  for (const name of readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const text = readFileSync(path.join(root, 'test', name), 'utf8')
    for (const [, title] of text.matchAll(/test\(\s*['"`]((?:[A-R]\d+(?:, | and )?)+):/g)) {
      for (const item of title!.match(/[A-R]\d+/g)!) proofs.set(item, (proofs.get(item) ?? new Set()).add(`test/${name}`))
    }
  }
  return proofs
}

const rows = tableRows(readPage('docs/conformance.md'))
  .map(([item = '', , proof = '']) => ({ item: item.split(' ')[0]!, proof, files: codeSpans(proof) }))
  .filter(({ item }) => isNumber.test(item))

t.test('docs/conformance.md lists every item once', async t => {
  t.equal(rows.length, itemCount)
  t.equal(new Set(rows.map(({ item }) => item.slice(1))).size, itemCount, 'no number twice')
})

t.test('what it names as a proof is one, and every proof is named', async t => {
  const proofs = findProofs()
  t.ok(proofs.size > 100)
  for (const { item, files } of rows) {
    const numbered = proofs.get(item) ?? new Set()
    t.strictSame([...numbered].filter(file => !files.includes(file)), [], `${item}: all its tests are named`)
    const isHeld = numberedParts.includes(item[0]!)
    t.strictSame(files.filter(file => isHeld ? !numbered.has(file) : !existsSync(path.join(root, file))), [], `${item}: they are there`)
  }
  t.strictSame([...proofs.keys()].filter(item => !rows.some(row => row.item === item)), [], 'no test bears another number')
})

t.test('an item without a proof says plainly that it is not met', async t => {
  for (const { item, proof, files } of rows) {
    t.ok(files.length > 0 || /^(not met|not offered|does not apply|comes with|met )/.test(proof), `${item}: ${proof}`)
  }
})

t.test('what is not met is said in one place too, and nothing else is said there', async t => {
  const paragraph = readPage('docs/conformance.md').split('\n\n').find(text => text.startsWith('**Not met**')) ?? ''
  const unmet = rows.filter(({ proof }) => /^(not met|met |not offered)/.test(proof)).map(({ item }) => item)
  t.ok(unmet.length > 10)
  t.strictSame(paragraph.match(/\b[A-R]\d+\b/g)?.sort(), unmet.sort())
})
