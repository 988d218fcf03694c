import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { startInstance } from '../support/instance.ts'
import { codeBlocks, codeSpans, readPage, root, sectionOf, tableRows } from './read-page.ts'

const page = readPage('README.md')

/** Method, path and status of every request of the blocks, in their order. Ids and keys stand as `…`. */
const expected = [
  'POST /api/auth/register 201',
  'POST /api/auth/login 200',
  'GET /api/auth/me 200',
  'POST /api/auth/refresh 200',
  'GET /api/auth/sessions 200',
  'DELETE /api/auth/sessions/… 204',
  'POST /api/auth/login 200',
  'POST /api/auth/password 200',
  'POST /api/auth/logout 200',
  'POST /api/auth/login 200',
  'POST /api/auth/logout-all 200',
  'POST /oauth/token 200',
  'POST /oauth/introspect 200',
  'GET /revocations/… 200',
  'POST /revocations/lookup 200',
  'POST /revocations 201',
  'POST /oauth/revoke 200',
  'GET /.well-known/jwks.json 200',
  'GET /.well-known/oauth-authorization-server 200',
  'GET /.well-known/openid-configuration 200',
  'GET /openapi.json 200',
  'GET /healthz 200',
  'GET /readyz 200'
]

t.test('the blocks of the README work when they are pasted in order into one shell', async t => {
  const folder = t.testdir({ bin: {} })
  const environment = {
    DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'), LOG_LEVEL: 'silent', REGISTRATION: 'open'
  }
  const instance = await startInstance(environment)
  t.teardown(() => instance.kill())
  const blocks = codeBlocks(page, 'sh').filter(block => /curl|npx/.test(block))
  const script = blocks.join('\n').replace('http://127.0.0.1:3000', instance.url)
  t.not(script, blocks.join('\n'), 'the README says where the service is')

  // Each request tells its status on standard error, where nothing else may be.
  const told = '%{stderr}%{method} %{url_effective} %{http_code}\\n'
  const { out, err } = await runShell(`curl() { command curl "$@" -w '${told}'; }\n${script}`, {
    ...environment, PATH: `${installNpx(t, path.join(folder, 'bin'))}:${process.env['PATH']}`
  })
  const steps = err.trim().split('\n').map(line => line.replace(instance.url, '').replace(/(sessions|revocations)\/\S{12,}/, '$1/…'))
  t.strictSame(steps, expected)
  t.match(out, /"results":\[\{"revoked":true,[^}]+\},\{"revoked":false\}\]/, 'signed out above, and alive')
})

t.test('the map of the README names every part of src, and nothing that is not there', async t => {
  const named = tableRows(sectionOf(page, 'A map of `src/`')).flatMap(([cell]) => codeSpans(cell!))
  const there = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter(({ name }) => name !== 'generated')
    .map(entry => entry.isDirectory() ? `${entry.name}/` : entry.name)
  const covers = (name: string, entry: string) => new RegExp(`^${name.replaceAll('.', '\\.').replace('*', '.*')}$`).test(entry)
  t.strictSame(there.filter(entry => !named.some(name => covers(name, entry))), [])
  t.strictSame(named.filter(name => !there.some(entry => covers(name, entry))), [])
})

t.test('every link between the documents leads somewhere', async t => {
  const examples = ['python', 'resource-server', 'single-page-app', 'web-app'].map(name => `examples/${name}`)
  const folders = ['.', 'docs', 'docs/adr', 'keys', ...examples]
  const pages = folders.flatMap(folder => readdirSync(path.join(root, folder)).filter(name => name.endsWith('.md'))
    .map(name => path.join(folder, name)))
  t.ok(pages.length > 10)
  const dead = pages.flatMap(name => [...readPage(name).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
    .filter(([, target]) => !existsSync(path.resolve(root, path.dirname(name), target!))).map(([, target]) => `${name}: ${target}`))
  t.strictSame(dead, [])
})

/** `npx countersign` without a build: the same command from its source. Returns the folder for the PATH. */
function installNpx(t: Test, folder: string): string {
  const file = path.join(folder, 'npx')
  t.equal((JSON.parse(readPage('package.json')) as { bin: Record<string, string> }).bin['countersign'], 'bin/countersign.mjs')
  writeFileSync(file, `#!/bin/sh\n[ "$1" = countersign ] && shift && exec "${process.execPath}" --import tsx src/cli/main.ts "$@"\n`)
  chmodSync(file, 0o755)
  return folder
}

/** As pasted: through standard input, in the folder of the project. */
async function runShell(script: string, environment: Record<string, string>): Promise<{ out: string; err: string }> {
  const child = spawn('bash', [], { cwd: root, stdio: 'pipe', env: environment })
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => { printed.out += part })
  child.stderr.setEncoding('utf8').on('data', (part: string) => { printed.err += part })
  child.stdin.end(script)
  await once(child, 'close')
  return printed
}
