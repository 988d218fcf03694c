import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

/**
 * Everything that is tested of the verifier, again under other versions of Node: VERIFIER_NODES names their programs, with commas
 * between. The packed tarball, the adapters and the service's own tokens are among it.
 */

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
const nodes = process.env['VERIFIER_NODES']?.split(',').map(each => each.trim()).filter(each => each !== '') ?? []

/** Milliseconds for one version, on a machine with other work. */
const patience = 900_000
if (nodes.length > 0) t.setTimeout(nodes.length * patience)

/** These start runtimes of their own. */
const elsewhere = ['other-nodes.test.ts', 'other-runtimes.test.ts']
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts') && !elsewhere.includes(name)).sort()

t.test('the verifier under other versions of Node', { timeout: (nodes.length + 1) * patience, skip: nodes.length === 0 && 'VERIFIER_NODES names no node' }, async t => {
  // One after another, so that times which a test waits for mean the same as elsewhere.
  for (const node of nodes) {
    const { stdout } = await run(node, ['--version'])
    await t.test(stdout.trim(), { timeout: patience }, async t => {
      t.ok(files.length > 20)
      for (const name of files) {
        const file = path.join('test/verifier', name)
        const fault = await run(node, ['--import=tsx', file], { cwd: root, env: { ...process.env, TAP_TIMEOUT: '300' }, maxBuffer: 2 ** 26 })
          .then(() => undefined, (error: unknown) => (error as { stdout?: string }).stdout ?? error)
        t.equal(fault, undefined, name)
      }
    })
  }
})
