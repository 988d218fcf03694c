import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { findSecrets } from '../../scripts/secret-scan.mjs'
import { createTapReader } from '../../scripts/tap-reader.mjs'

const passing = `TAP version 14
# Subtest: test/one.test.ts
    ok 1 - a thing holds
    1..1
ok 1 - test/one.test.ts # time=12.7ms
`
const failing = `# Subtest: test/two.test.ts
    not ok 1 - another does not
ok 7 is no result: it is something that a test has printed
not ok 2 - test/two.test.ts # time=3.2ms
  ---
  exitCode: 1
  ...

`

const read = (text: string) => {
  const lines: string[] = []
  const reader = createTapReader(line => { lines.push(line) })
  // In pieces, as a pipe delivers it.
  for (const piece of text.match(/[^]{1,7}/g) ?? []) reader.write(piece)
  return { result: reader.end(), lines }
}

t.test('a passing file is one line, a failing one is shown in full', async t => {
  const { result, lines } = read(`${passing}${failing}# { total: 2, pass: 1, fail: 1 }\n# time=20ms\n`)
  t.equal(lines[0], 'ok   test/one.test.ts (13 ms)')
  t.equal(lines[1], 'FAIL test/two.test.ts (3 ms)')
  t.ok(lines.includes('    not ok 1 - another does not'))
  t.ok(lines.includes('  exitCode: 1'))
  t.notOk(lines.includes('    ok 1 - a thing holds'))
  t.strictSame(result, { passed: 1, failed: 1 })
})

t.test('a file that fails without a failed assertion counts as failed', async t => {
  const { result } = read(`${failing}# { total: 1, pass: 1 }\n`)
  t.strictSame(result, { passed: 1, failed: 1 })
})

t.test('a run that breaks off is a failure, and its last words are shown', async t => {
  const { result, lines } = read(`${passing}Bail out! the disk is full\n`)
  t.strictSame(result, { passed: 0, failed: 1 })
  t.ok(lines.includes('Bail out! the disk is full'))
})

t.test('a secret in the output is found and not repeated', async t => {
  const folder = t.testdir({ secrets: 'hunter2-hunter2\nnever-printed\n\n' })
  const logFile = path.join(folder, 'log')
  writeFileSync(logFile, `${passing}# Subtest: test/two.test.ts\n    # {"password":"hunter2-hunter2"}\n`)
  const leaks = findSecrets({ secretsFile: path.join(folder, 'secrets'), logFile })
  t.strictSame(leaks, ['A secret stands in the output, line 7 of .tap/last-run.log, near test/two.test.ts'])
})
