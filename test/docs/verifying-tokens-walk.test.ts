import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { findFreePort } from '../../scripts/free-port.mjs'
import { prepare } from '../../scripts/prepare.mjs'
import { createTestClock } from '../support/clock.ts'
import { secret } from '../support/secrets.ts'
import { audience, goodClaims, goodHeader, issuer, ourKey, publicJwk, signRaw } from '../verifier/scene.ts'
import { offerInstalledPackages } from './installed-packages.ts'
import { codeBlocks, readPage, root, sectionOf } from './read-page.ts'
import { runShell, runUntilAnswered, type Place } from './run-shell.ts'

/** Whoever types docs/verifying-tokens.md: in two terminals and an empty folder, with npm as it is and the packages that are here. */

const page = readPage('docs/verifying-tokens.md')

interface Desk {
  /** A block with the ports and the folder that are free here. */
  typed(block: string): string
  service: string
  own: string
  /** The folder of Countersign, and an empty one. */
  inService: Place
  inOwn: Place
}

async function setDesk(t: Test): Promise<Desk> {
  const folder = t.testdir({ own: {} })
  const [port, adminPort, ownPort] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const env = {
    PATH: process.env['PATH']!, HOME: folder, DATA_DIR: path.join(folder, 'data'), KEYS_DIR: path.join(folder, 'keys'),
    PORT: String(port), ADMIN_PORT: String(adminPort), npm_config_registry: await offerInstalledPackages(t),
    npm_config_cache: path.join(folder, 'npm'), npm_config_update_notifier: 'false'
  }
  return {
    typed: block => block.replaceAll(':3000', `:${port}`).replaceAll(':4000', `:${ownPort}`)
      .replaceAll('port: 4000', `port: ${ownPort}`).replaceAll('/tmp', folder),
    service: `http://127.0.0.1:${port}`, own: `http://127.0.0.1:${ownPort}`,
    inService: { cwd: root, env }, inOwn: { cwd: path.join(folder, 'own'), env }
  }
}

// A build takes longer on a busy machine than anybody below waits.
await prepare()

t.test('whoever types the page has a protected service, and asks about revocation', async t => {
  const desk = await setDesk(t)
  const section = sectionOf(page, 'From nothing to a protected service')
  const blocks = codeBlocks(section, 'sh').map(desk.typed)
  const [server] = codeBlocks(section, 'js').map(desk.typed)
  t.equal(blocks.length, 5, 'every block is typed below')
  const [start, register, install, serve, call] = blocks as [string, string, string, string, string]

  await runUntilAnswered(t, start, { url: `${desk.service}/readyz`, ...desk.inService })
  const shown = await runShell(register, desk.inService)
  const clientSecret = secret(/cs_secret_[\w-]+/.exec(shown)![0])
  await runShell(install, desk.inOwn)
  const record = readFileSync(path.join(desk.inOwn.cwd, 'node_modules/.package-lock.json'), 'utf8')
  const { packages } = JSON.parse(record) as { packages: Record<string, { name?: string; dependencies?: Record<string, string> }> }
  const { name, dependencies } = packages['node_modules/countersign']!
  t.strictSame([name, Object.keys(dependencies!)], ['countersign-verifier', ['jose']])
  writeFileSync(path.join(desk.inOwn.cwd, 'server.js'), server!)
  t.match(serve, '…', 'the secret has its place')
  await runUntilAnswered(t, serve.replace('…', clientSecret), { url: `${desk.own}/orders`, ...desk.inOwn })

  const said = await runShell(`${call}\nprintf '\\n%s' "$TOKEN"`, desk.inOwn)
  const token = secret(said.split('\n').at(-1)!)
  const [, good, refused] = said.split(/HTTP\/1\.1 /)
  t.match(good, /^200 [^]*"customer":"usr_/)
  t.match(refused, /^401 /)
  for (const [, quoted] of section.matchAll(/`(error="[^`]+)`/g)) t.match(refused, quoted!.replace('\n', ' '))

  await askAboutRevocation(t, desk, token)
})

async function askAboutRevocation(t: Test, desk: Desk, token: string): Promise<void> {
  const section = sectionOf(page, 'Asking about revocation')
  const [register, ...more] = codeBlocks(section, 'sh')
  t.strictSame(more, [])
  const shown = await runShell(register!.replace('https://id.example.com', desk.service), desk.inService)
  const client = JSON.parse(shown) as { client_id: string; client_secret: string }
  const credentials = `${client.client_id}:${secret(client.client_secret)}`
  const answered = await fetch(`${desk.service}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  })
  const { access_token: own } = await answered.json() as { access_token: string }
  const [request] = codeBlocks(section, 'http')
  const [head, body] = request!.replace(/<[^>]+>/, secret(own)).split('\n\n') as [string, string]
  const [, method, route] = /^(\w+) (\S+)/.exec(head)!
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
  const asked = (JSON.parse(body) as { claims: object[] }).claims.map(names => {
    const values = Object.keys(names).map(name => [name, name === 'kid' ? kidOf(token) : claims[name]] as const)
    t.strictSame(values.filter(([, value]) => value === undefined), [], 'a first-party token has each of them')
    return Object.fromEntries(values)
  })
  const answer = await fetch(desk.service + route!, {
    method: method!, body: JSON.stringify({ claims: asked }),
    headers: head.split('\n').slice(1).map(line => line.split(': ') as [string, string])
  })
  t.equal(answer.status, 200)
  const told = await answer.json() as { results: object[] }
  const [expected] = codeBlocks(section, 'json').map(text => JSON.parse(text) as typeof told)
  t.strictSame([Object.keys(told), Object.keys(told.results[0]!)], [Object.keys(expected!), Object.keys(expected!.results[0]!)])
  t.match(told.results[0], { revoked: true, target: 'session' })
}

const kidOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid

/** What stands around each of the page's fragments, and `respond`, which sends a token to what it has made. */
const surroundings: Array<[import: RegExp, before: string, after: string]> = [
  [/verifier\/fastify/, 'import Fastify from \'fastify\'\nconst app = Fastify()',
    'const respond = async headers => { const { statusCode, body } = await app.inject({ url: \'/orders\', headers }); return [statusCode, body] }'],
  [/verifier\/express/, 'import express from \'express\'\nconst app = express()', `
const server = app.listen(0)
const respond = async headers => {
  const answer = await fetch(\`http://127.0.0.1:\${server.address().port}/orders\`, { headers })
  return [answer.status, await answer.text()]
}`],
  [/verifier\/headers/, 'const handle = async request => {',
    `return new Response(result.token.claims.sub) }
const respond = async headers => {
  const answer = await handle(new Request('https://orders.example/orders', { headers }))
  return [answer.status, await answer.text()]
}`]
]

t.test('each fragment for an adapter lets in whom it should', async t => {
  const fragments = codeBlocks(sectionOf(page, 'Adapters'), 'js')
  t.equal(fragments.length, surroundings.length)
  const claims = goodClaims(createTestClock(Date.now()))
  const modules = path.join(t.testdir(), 'node_modules')
  mkdirSync(modules)
  for (const name of ['fastify', 'express']) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  symlinkSync(root, path.join(modules, 'countersign'))
  for (const [index, [imported, before, after]] of surroundings.entries()) {
    const fragment = fragments.find(text => imported.test(text))!
    const imports = fragment.match(/^import .+$/gm)!.join('\n')
    const file = path.join(modules, `../fragment-${index}.mjs`)
    writeFileSync(file, `${imports}
import { createVerifier } from 'countersign/verifier'
const verifier = createVerifier({ issuer: '${issuer}', audience: '${audience}', revocation: { mode: 'none' },
  fetch: async () => Response.json(${JSON.stringify({ keys: [publicJwk(ourKey.publicKey)] })}) })
${before}
${fragment.replace(/^import .+$/gm, '')}
${after}
const outcomes = [await respond({})]
for (const token of ${JSON.stringify([signRaw(goodHeader, { ...claims, scope: 'stock:read' }), signRaw(goodHeader, claims)])}) {
  outcomes.push(await respond({ authorization: \`Bearer \${token}\` }))
}
process.stdout.write(JSON.stringify(outcomes), () => process.exit())`)
    const said = await runShell(`node ${file}`, { cwd: path.dirname(file), env: { PATH: process.env['PATH']! } })
    const [missing, narrow, good] = JSON.parse(said) as Array<[number, string]>
    t.match([missing, narrow], [[401, 'token_missing'], [403, 'insufficient_scope']])
    t.match(good, [200, claims['sub']], 'and the route has the token')
  }
})
