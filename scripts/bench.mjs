// `npm run bench`: one instance in production mode on a real PostgreSQL and Redis, load from another process, everything
// on this machine. Prints each figure beside its limit and writes bench/results.json.
// `npm run bench -- --only refresh,jwks` measures these alone.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startDatabases } from './databases.mjs'
import { prepare, stopWith } from './prepare.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values: options } = parseArgs({ options: { only: { type: 'string' }, profile: { type: 'string' } } })
const say = line => console.log(line)
const cleanups = []

await prepare({ say }).catch(stopWith)
const { openBench } = await import('../bench/bench.mjs')
const { figures } = await import('../bench/figures/index.mjs')
const { describeMachine } = await import('../bench/machine.mjs')
const { describeFigure, writeResults } = await import('../bench/report.mjs')

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(130)))
}
try {
  await run(chooseFigures(options.only))
} catch (error) {
  console.error(error.message, error.cause?.cause ?? '')
  process.exitCode = 1
} finally {
  await cleanUp()
}

async function run(chosen) {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-bench-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const databases = await startDatabases({ say })
  cleanups.push(databases.stop)
  const machine = await describeMachine(databases)
  say(Object.entries(machine).map(([name, value]) => `${name} ${value}`).join(', '))
  const bench = await openBench({ folder, databases, profile: options.profile, masterKeyFile: makeMasterKey(folder) })
  cleanups.push(bench.close)
  const measured = []
  for (const figure of chosen) {
    const result = await figure.measure(bench).catch(error => {
      throw new Error(`${figure.name}: ${error.message}\n${bench.instance.output().slice(-2000)}`, { cause: error })
    })
    say(describeFigure(figure, result))
    measured.push([figure, result])
  }
  writeResults(path.join(root, 'bench', 'results.json'), machine, measured)
}

function chooseFigures(only) {
  if (only === undefined) return figures
  const names = only.split(',')
  const unknown = names.find(name => !figures.some(figure => figure.name === name))
  if (unknown === undefined) return figures.filter(figure => names.includes(figure.name))
  throw new Error(`There is no figure "${unknown}"; there are: ${figures.map(figure => figure.name).join(', ')}`)
}

/** Production makes no master key of its own. */
function makeMasterKey(folder) {
  mkdirSync(path.join(folder, 'keys'), { mode: 0o700 })
  const file = path.join(folder, 'keys', 'master.key')
  writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  return file
}

async function cleanUp() {
  for (const step of cleanups.splice(0).reverse()) await step()
}
