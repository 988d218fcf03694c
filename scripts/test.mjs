// `npm test`: everything that is checked, from a fresh clone, in one command. Lint, types, migrations and
// every test, the latter against real databases; then the whole output is searched for the secrets that the
// tests have made. The last line is `N passed, N failed`. `npm test -- test/x.test.ts` runs these files
// alone.
import { spawn } from 'node:child_process'
import {
  closeSync, copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startDatabases } from './databases.mjs'
import { makeEmbeddedTemplate } from './embedded-template.mjs'
import { prepare } from './prepare.mjs'
import { findSecrets } from './secret-scan.mjs'
import { createTapReader } from './tap-reader.mjs'
import { findTestPrograms } from './test-programs.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const lastRun = path.join('.tap', 'last-run.log')
const tap = 'node_modules/tap/dist/esm/run.mjs'
const checks = [
  ['lint', ['node_modules/eslint/bin/eslint.js', '.']],
  ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['unused files and dependencies', ['node_modules/knip/bin/knip.js', '--no-progress']],
  ['migrations match the schema', ['scripts/migration.mjs', '--check']]
]

const say = line => console.log(line)
const tally = { passed: 0, failed: 0 }
const children = new Set()
let interrupted = false
let databases

process.chdir(root)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal))
const folder = mkdtempSync(path.join(tmpdir(), 'countersign-test-'))
try {
  await runAll(process.argv.slice(2))
} catch (error) {
  if (!interrupted) say(error.message)
  tally.failed += 1
} finally {
  await databases?.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = interrupted ? 130 : Number(tally.failed > 0)
say(`${tally.passed} passed, ${tally.failed} failed`)

async function runAll(files) {
  await prepare({ say })
  // At once: each has a core at most.
  if (files.length === 0) await Promise.all(checks.map(([title, command]) => runCheck(title, command)))
  if (interrupted) throw new Error('interrupted')
  const programs = findTestPrograms({ say })
  // What does not need them is tested all the same; a test that does fails.
  if (programs.problem !== undefined && files.length > 0) say(programs.problem)
  else if (programs.problem !== undefined) count('programs that tests need', false, programs.problem)
  databases = await startDatabases({ say })
  if (interrupted) throw new Error('interrupted')
  await runTests(files, programs.environment)
}

async function runCheck(title, command) {
  if (interrupted) throw new Error('interrupted')
  let output = ''
  const status = await runNode(command, { env: process.env, read: chunk => { output += chunk } })
  count(title, status === 0, output)
}

function count(title, isRight, explanation) {
  tally[isRight ? 'passed' : 'failed'] += 1
  say(`${isRight ? 'ok  ' : 'FAIL'} ${title}`)
  if (!isRight) say(explanation)
}

async function runTests(files, programs) {
  const secretsFile = path.join(folder, 'secrets')
  const logFile = path.join(folder, 'output.log')
  writeFileSync(secretsFile, '', { mode: 0o600 })
  const log = openSync(logFile, 'w', 0o600)
  const reader = createTapReader(say)
  let errors = ''
  // Without this, the first run of a clone goes through all the plugins that .taprc leaves out, four times as slowly.
  await runNode([tap, 'build'], { env: process.env, read() {} })
  const status = await runNode([tap, 'run', '--reporter=tap', ...files], {
    env: { ...await makeTestEnvironment(secretsFile), ...programs },
    read(chunk, stream) {
      writeSync(log, chunk)
      if (stream === 'stdout') reader.write(chunk)
      else errors = (errors + chunk).slice(-100_000)
    }
  })
  closeSync(log)
  if (interrupted) throw new Error('interrupted')
  const { passed, failed } = reader.end()
  tally.passed += passed
  // tap also fails for what is no assertion: no file found, a broken configuration.
  tally.failed += status === 0 ? failed : Math.max(failed, 1)
  if (status !== 0 && errors !== '') say(`Standard error of the tests:\n${errors}`)
  const leaks = findSecrets({ secretsFile, logFile })
  count('no secret in the output of the tests', leaks.length === 0, leaks.join('\n'))
  mkdirSync(path.dirname(lastRun), { recursive: true })
  copyFileSync(logFile, lastRun)
}

/** The tests meet the same environment everywhere: a setting of this shell is not one of theirs. */
async function makeTestEnvironment(secretsFile) {
  const { configNames } = await import('../dist/config.js')
  const inherited = Object.entries(process.env).filter(([name]) => !configNames.includes(name))
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    TEST_DATABASE_URL: databases.databaseUrl,
    TEST_REDIS_URL: databases.redisUrl,
    TEST_SECRETS_FILE: secretsFile,
    TEST_EMBEDDED_TEMPLATE: await makeEmbeddedTemplate(path.join(folder, 'embedded'))
  }
}

function runNode(args, { env, read }) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that Ctrl-C comes here first and nothing outlives an interrupted run.
    const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', chunk => read(chunk, stream))
    }
    child.once('error', reject)
    child.once('close', status => {
      children.delete(child)
      resolve(status)
    })
  })
}

function interrupt(signal) {
  if (!interrupted) say('Interrupted: stopping the tests and their databases…')
  interrupted = true
  for (const child of children) {
    try {
      process.kill(-child.pid, signal === 'SIGHUP' ? 'SIGTERM' : signal)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
}
