import { execFile, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'
import t, { type Test } from 'tap'
import ts from 'typescript'
import { findFreePort } from '../../scripts/free-port.mjs'
import { openProvider } from '../interop/open-provider.ts'
import { createTestClock } from '../support/clock.ts'
import { startProxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'
import { callApi, signIn } from '../support/users.ts'
import { packLibrary } from './pack-library.ts'
import { audience, encode, goodClaims, goodHeader, issuer, otherKey, ourKey, publicJwk, signRaw } from './scene.ts'

/**
 * The packed library in runtimes that are not Node, where the programs are: VERIFIER_DENO and VERIFIER_WORKERD name them
 * (docs/verifying-tokens.md says how to get them). The bare context of package.test.ts stands for all others.
 */

const run = promisify(execFile)
const folder = import.meta.dirname
const clock = createTestClock(Date.now())
const claims = goodClaims(clock)

const keys: Record<string, { privateKey: KeyObject; publicKey: KeyObject }> = {
  RS256: ourKey, PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }), ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519')
}

function signAs(alg: string, header: object, payload: object): string {
  const input = `${encode({ ...header, alg })}.${encode(payload)}`
  const key = keys[alg]!.privateKey
  const options = alg === 'PS256' ? { key, padding: 6, saltLength: 32 } : { key, dsaEncoding: 'ieee-p1363' as const }
  return `${input}.${sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), options).toString('base64url')}`
}

const jwks = { keys: Object.entries(keys).map(([alg, { publicKey }]) => publicJwk(publicKey, { alg, kid: alg === 'RS256' ? 'k1' : alg })) }
const good = signRaw(goodHeader, claims)
const [header, payload, signature] = good.split('.') as [string, string, string]
const { kty, crv, x, y } = keys['ES256']!.publicKey.export({ format: 'jwk' })
const bound = signRaw(goodHeader, {
  ...claims, cnf: { jkt: createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url') }
})
const proof = signAs('ES256', { typ: 'dpop+jwt', jwk: { kty, crv, x, y } }, {
  jti: 'once', htm: 'GET', htu: `${audience}/orders`, iat: claims['iat'], ath: createHash('sha256').update(bound).digest('base64url')
})

const keysUrl = `${issuer}/.well-known/jwks.json`
const listUrl = (list: number) => `${issuer}/status-lists/${list}.${goodHeader.kid}`
const withStatus = (list: number, idx: number) =>
  ({ token: signRaw(goodHeader, { ...claims, status: { status_list: { idx, uri: listUrl(list) } } }) })
const statusList = (list: number, bytes: Uint8Array) => ({
  type: 'application/statuslist+jwt',
  body: signRaw({ ...goodHeader, typ: 'statuslist+jwt' }, {
    sub: listUrl(list), iat: claims['iat'], status_list: { bits: 1, lst: deflateSync(bytes).toString('base64url') }
  })
})

const answers = {
  [keysUrl]: { type: 'application/json', body: JSON.stringify(jwks) },
  [listUrl(1)]: statusList(1, Uint8Array.of(0b10)),
  [listUrl(2)]: statusList(2, new Uint8Array(20_000_000))
}

const requests: Array<[expected: string, request: { token: string; scheme?: string; dpop?: string }]> = [
  ['good', { token: good }], ['good', { token: good }],
  ...['PS256', 'ES256', 'EdDSA'].map((alg): [string, { token: string }] => ['good', { token: signAs(alg, { ...goodHeader, kid: alg }, claims) }]),
  ['401 token_invalid', { token: signRaw(goodHeader, claims, otherKey.privateKey) }],
  ['401 token_invalid', { token: `${encode({ ...goodHeader, alg: 'none' })}.${payload}.${signature}` }],
  ['401 token_invalid', { token: signAs('ES256', goodHeader, claims) }],
  ['401 token_malformed', { token: `${header}.${payload}.${signature.slice(0, -1)}=` }],
  ['401 token_malformed', { token: 'A'.repeat(9000) }],
  ['401 token_expired', { token: signRaw(goodHeader, { ...claims, exp: 1 }) }],
  ['401 token_invalid', { token: signRaw(goodHeader, { ...claims, aud: 'https://stock.example' }) }],
  ['403 insufficient_scope', { token: signRaw(goodHeader, { ...claims, scope: 'orders' }) }],
  ['good', { token: bound, scheme: 'DPoP', dpop: proof }], ['401 binding_invalid', { token: bound, scheme: 'DPoP', dpop: proof }],
  ['401 binding_missing', { token: bound }]
]
const listed: typeof requests = [['good', withStatus(1, 0)], ['401 token_revoked', withStatus(1, 1)], ['503 revocation_unavailable', withStatus(2, 0)]]

const algorithms = Object.keys(keys)
const given = {
  answers,
  verifiers: [
    { options: { issuer, audience, algorithms, revocation: { mode: 'none' } }, requests: requests.map(([, request]) => request) },
    { options: { issuer, audience, revocation: { mode: 'status-list' } }, requests: listed.map(([, request]) => request) }
  ]
}
const expected = {
  outcomes: [...requests, ...listed].map(([outcome]) => outcome),
  // The keys once by each verifier, and each list once.
  asked: [keysUrl, keysUrl, listUrl(1), listUrl(2)]
}

async function openApp(folderOf: string): Promise<string> {
  const app = await packLibrary(folderOf)
  for (const name of ['runtime-case.mjs', 'runtime-feed.mjs']) copyFileSync(path.join(folder, name), path.join(app, name))
  writeFileSync(path.join(app, 'given.mjs'), `export default ${JSON.stringify(given)}`)
  return app
}

const entries: Readonly<Record<string, string>> = {
  'jose': 'node_modules/jose/dist/webapi/index.js',
  'countersign/verifier': 'node_modules/countersign/dist/verifier/web/index.js',
  'countersign/verifier/headers': 'node_modules/countersign/dist/verifier/adapters/headers.js'
}

/** Every module that one of the application's reaches, as workerd wants them listed: a package is looked for beside whoever imports it. */
function listModules(app: string, name: string, into = new Map<string, string>()): Map<string, string> {
  if (into.has(name)) return into
  const text = readFileSync(path.join(app, name), 'utf8')
  into.set(name, text)
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    const target = entries[fileName]
    const imported = path.join(path.dirname(name), fileName)
    if (target !== undefined) into.set(imported, `export * from '/${target}'`)
    listModules(app, target ?? imported, into)
  }
  return into
}

const { VERIFIER_DENO: deno, VERIFIER_WORKERD: workerd } = process.env
const app = deno === undefined && workerd === undefined ? '' : await openApp(t.testdir())

t.test('in Deno', { skip: deno === undefined && 'VERIFIER_DENO names no Deno' }, async t => {
  writeFileSync(path.join(app, 'deno.mjs'), `import { runCase } from './runtime-case.mjs'
import given from './given.mjs'
console.log(JSON.stringify(await runCase(given)))`)
  // With no leave to do anything.
  const { stdout } = await run(deno!, ['run', '--no-remote', '--no-prompt', 'deno.mjs'], { cwd: app })
  t.strictSame(JSON.parse(stdout), expected)
})

/** @param outside what is around the worker, and @param inside what it has, in the words of workerd's settings */
function configureWorker(name: string, outside = '', inside = ''): void {
  const modules = [...listModules(app, name)].map(([name, text]) => `(name = ${JSON.stringify(name)}, esModule = ${JSON.stringify(text)})`)
  writeFileSync(path.join(app, 'config.capnp'), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (${outside} services = [(name = "main", worker = .main), (name = "loopback", network = (allow = ["private"]))]);
const main :Workerd.Worker = (compatibilityDate = "2025-01-01", globalOutbound = "loopback", ${inside} modules = [${modules.join(',\n')}]);`)
}

t.test('in a worker', { skip: workerd === undefined && 'VERIFIER_WORKERD names no workerd' }, async t => {
  writeFileSync(path.join(app, 'worker.mjs'), `import { runCase } from './runtime-case.mjs'
import given from './given.mjs'
export default { async test() { console.log(JSON.stringify(await runCase(given))) } }`)
  configureWorker('worker.mjs')
  const { stdout } = await run(workerd!, ['test', 'config.capnp'], { cwd: app })
  t.strictSame(JSON.parse(stdout), expected)
})

/** A program that runs runtime-feed.mjs. */
interface Follower {
  program: string
  arguments: string[]
  /** What sets it going, where starting it is not enough. */
  address?: string
}

/** @param makeFollower from the settings of runtime-feed.mjs, and the address that it has to reach */
async function follow(t: Test, transport: string, makeFollower: (settings: object, address: string) => Follower): Promise<void> {
  const own = 'https://orders.example.com'
  const provider = await openProvider(t, { config: { FIRST_PARTY_AUDIENCES: own } })
  const { clientId, clientSecret } = await provider.register({ grants: ['client_credentials'], scopes: ['revocations:read'] })
  const { accessToken } = await signIn(provider.app, provider.user)
  const way = await startProxy(provider.issuer)
  t.teardown(() => way.close())
  const serviceUrl = new URL(way.url).origin
  const revocation = { mode: 'feed', clientId, clientSecret, transport, serviceUrl, maxStaleness: 2, whenStale: 'reject' }
  const options = { issuer: provider.issuer, audience: own, jwksUri: `${serviceUrl}/.well-known/jwks.json`, revocation }
  const { program, arguments: args, address } = makeFollower({ options, token: accessToken }, new URL(serviceUrl).host)
  // On standard error workerd tells of each connection that it loses here.
  const child = spawn(program, args, { cwd: app, stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'close')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const says = async (line: string) => t.equal((await lines.next() as { value?: string }).value, line)
  if (address !== undefined) await until('it is set going', () => fetch(address).then(({ ok }) => ok, () => false))
  await says('good')
  await callApi(provider.app, 'POST /api/auth/logout', { token: accessToken })
  const signedOutAt = performance.now()
  await says('token_revoked')
  t.ok(performance.now() - signedOutAt < 1000, 'within a second')
  await says('acknowledged')
  way.cut()
  await says('stale')
  way.heal()
  await says('fresh')
  await says('asked 0 times')
  if (address === undefined) t.strictSame(await ended, [0, null], 'and nothing keeps it after the goodbye')
}

for (const transport of ['stream', 'poll']) {
  t.test(`in Deno, following the feed by ${transport}`, { skip: deno === undefined && 'VERIFIER_DENO names no Deno' }, t =>
    follow(t, transport, (settings, address) => {
      writeFileSync(path.join(app, 'feed.mjs'), `import { followFeed } from './runtime-feed.mjs'
await followFeed(${JSON.stringify(settings)}, console.log)`)
      // With leave to reach the service and to do nothing else.
      return { program: deno!, arguments: ['run', '--no-remote', '--no-prompt', `--allow-net=${address}`, 'feed.mjs'] }
    }))

  t.test(`in a durable object, following the feed by ${transport} after its one request is answered`, {
    skip: workerd === undefined && 'VERIFIER_WORKERD names no workerd'
  }, async t => {
    const port = await findFreePort()
    await follow(t, transport, settings => {
      writeFileSync(path.join(app, 'feed-worker.mjs'), `import { followFeed } from './runtime-feed.mjs'
export class Orders {
  fetch() {
    this.following ??= followFeed(${JSON.stringify(settings)}, console.log)
    return new Response()
  }
}
export default { fetch: (request, { ORDERS }) => ORDERS.get(ORDERS.idFromName('one')).fetch(request) }`)
      configureWorker('feed-worker.mjs', `sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],`, `
        durableObjectNamespaces = [(className = "Orders", uniqueKey = "orders", preventEviction = true)],
        durableObjectStorage = (inMemory = void), bindings = [(name = "ORDERS", durableObjectNamespace = "Orders")],`)
      return { program: workerd!, arguments: ['serve', 'config.capnp'], address: `http://127.0.0.1:${port}/` }
    })
  })
}
