import { spawnSync } from 'node:child_process'
import t from 'tap'

const run = (environment: Record<string, string>) => {
  const code = "const { findTestPrograms } = await import('./scripts/test-programs.mjs');" +
    'console.log(JSON.stringify(findTestPrograms({ say() {} })))'
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env: environment, encoding: 'utf8' })
  return JSON.parse(stdout) as { environment: Record<string, string>, problem?: string }
}

// Without apt-get on the path nothing can be installed.
t.test('a program that is missing and cannot be installed is named, with what to do', async t => {
  const { environment, problem } = run({ PATH: '/nowhere' })
  t.equal(environment['CHROMIUM_PATH'], undefined)
  t.match(problem, /The tests need Chromium.*Install chromium.*CHROMIUM_PATH/)
})

t.test('a variable says where a program is', async t => {
  t.match(run({ PATH: '/nowhere', CHROMIUM_PATH: '/opt/chromium' }).environment, { CHROMIUM_PATH: '/opt/chromium' })
})
