import Fastify from 'fastify'
import t from 'tap'
import { createExpressGuard } from '../../src/verifier/adapters/express.ts'
import { fastifyGuard } from '../../src/verifier/adapters/fastify.ts'
import type { GuardOptions } from '../../src/verifier/adapters/guard-options.ts'
import { createHeadersGuard } from '../../src/verifier/adapters/headers.ts'
import { createVerifier, type RevocationOptions, type Verifier, type VerifierOptions, type VerifyOptions } from '../../src/verifier/index.ts'
import { audience, issuer, openScene, outcomeOf, signToken } from '../verifier/scene.ts'
import { codeSpans, readPage, sectionOf, tableRows } from './read-page.ts'

/** Each row of the options in docs/verifying-tokens.md against the library: a value that is wrong throws what the row says. */

const page = readPage('docs/verifying-tokens.md')
const rowsOf = (title: string) => tableRows(sectionOf(page, title))
  .map(cells => ({ name: codeSpans(cells[0]!)[0]!, cells, unit: cells.at(-4)!, messages: codeSpans(cells.at(-1)!) }))

/** For the rows that have no range of numbers. */
const wrong: Readonly<Record<string, unknown[]>> = {
  'issuer': [undefined, '', 'id.example', 'http://id.example', 'https://ada@id.example', `${issuer}?x=1`, `${issuer}#x`, 5],
  'audience': [undefined, '', [], [''], ['a', 5]],
  'revocation': [undefined, {}, { mode: 'push' }, 'feed'],
  'jwksUri': ['/jwks', 'http://id.example/jwks', 'https://ada:x@id.example/jwks', `${issuer}/jwks#x`, 5],
  'algorithms': [[], ['none'], ['HS256'], ['RS256', 'RS512'], 'RS256', {}],
  'dpop.algorithms': [[], ['none'], 'ES256'],
  'fetch': ['fetch', {}, null],
  'clock': [{}, { now: Date.now }, 5],
  'revocation.mode': [undefined, 'push', 'toString', 5],
  'revocation.clientId': ['', 5, null], 'revocation.clientSecret': [undefined, '', 5],
  'revocation.serviceUrl': ['service', 'http://service.example', 'https://a@service.example', `${issuer}?x`, `${issuer}#x`, 5],
  'revocation.whenStale': ['ignore', '', 5, null],
  'revocation.instance': ['', 'a b', 'x'.repeat(101), 'ä', 5],
  'revocation.transport': ['socket', '', 5]
}

/** The numbers beside the range of a row, whose ends are right; undefined where it has none. */
function rangeOf(unit: string): { right: number[]; wrong: unknown[] } | undefined {
  const [, least, most] = /([\d.]+) to (\d+)$/.exec(unit) ?? []
  if (least === undefined || !/^(seconds|characters|tokens|proofs),/.test(unit)) return undefined
  const right = [Number(least), Number(most)]
  return { right, wrong: [right[0]! - 0.001, right[1]! + 0.001, -1, Number.NaN, Infinity, least] }
}

const basic: VerifierOptions = { issuer, audience, revocation: { mode: 'none' } }
/** Nobody is there: what follows a feed goes on trying until it is closed. */
const fetchAway = () => Promise.reject(new Error('away'))
const client = { clientId: 'orders', clientSecret: 'x' }

function placed(options: VerifierOptions, name: string, value: unknown): VerifierOptions {
  const [first, second] = name.split('.') as [string, string?]
  const inner = options[first as keyof VerifierOptions] as object | undefined
  return { ...options, [first]: second === undefined ? value : { ...inner, [second]: value } }
}

t.test('what createVerifier refuses, it refuses in the words of its table, and the ends of each range are right', async t => {
  for (const { name, unit, messages } of rowsOf('The verifier').map(row => ({ ...row, unit: row.cells[2]! }))) {
    const range = rangeOf(unit)
    const values = range?.wrong ?? wrong[name]!
    t.equal(messages.length, 1, name)
    for (const value of values) {
      t.throws(() => createVerifier(placed(basic, name, value)), { name: 'TypeError', message: messages[0]! }, `${name}: ${String(value)}`)
    }
    for (const value of range?.right ?? []) void createVerifier(placed(basic, name, value)).close()
  }
})

t.test('so it does with the options of each way to learn of revocations', async t => {
  for (const { name, cells, messages } of rowsOf('Revocation').filter(({ name }) => name.startsWith('revocation.'))) {
    const modes = (cells[1]! === '' ? 'none' : cells[1]!).split(', ') as Array<RevocationOptions['mode']>
    const range = rangeOf(cells[3]!)
    for (const mode of modes) {
      const options = { ...basic, fetch: fetchAway, revocation: mode === 'none' ? { mode } : { ...client, mode } } as VerifierOptions
      for (const value of range?.wrong ?? wrong[name]!) {
        t.throws(() => createVerifier(placed(options, name, value)), { name: 'TypeError', message: messages[0]! }, `${mode}, ${name}: ${String(value)}`)
      }
      for (const value of range?.right ?? []) void createVerifier(placed(options, name, value)).close()
    }
  }
  t.throws(() => createVerifier({ ...basic, revocation: { mode: 'lookup', ...client, whenStale: 'lookup' as 'reject' } }), /^revocation\.whenStale must be/)
  t.throws(() => createVerifier({ ...basic, revocation: { mode: 'status-list', whenStale: 'lookup' } }), /^revocation\.clientId must be/)
})

const misasked: Record<string, unknown[]> = {
  scope: [5, null, [5], {}], acrValues: ['urn:strong', 5, [5], null], maxAge: [-1, Number.NaN, '60', null], whenStale: ['ignore', '', null],
  request: ['GET', 5, null]
}
const jkt = 'A'.repeat(43)
const shown = { method: 'GET', url: `${audience}/`, scheme: 'DPoP', dpop: 'x.y.z' }
/** What is asked, of a token with these claims, and not met. */
const unmet: Record<string, [asked: VerifyOptions, claims?: object]> = {
  'scope': [{ scope: 'orders:delete' }], 'acrValues': [{ acrValues: ['urn:strong'] }], 'maxAge': [{ maxAge: 60 }],
  'request': [{}, { cnf: { jkt } }], 'request.method': [{ request: { ...shown, method: 'PUT' } }, { cnf: { jkt } }],
  'request.url': [{ request: { ...shown, url: '/' } }, { cnf: { jkt } }],
  'request.scheme': [{ request: { ...shown, scheme: 'Bearer' } }, { cnf: { jkt } }],
  'request.dpop': [{ request: { method: 'GET', url: `${audience}/` } }, { cnf: { jkt } }],
  'request.clientCertificate': [{ request: { ...shown, scheme: 'Bearer' } }, { cnf: { 'x5t#S256': jkt } }]
}

t.test('verify rejects what cannot be asked in the words of its table, whatever the token, and what is not met with its code', async t => {
  const { verifier, clock } = openScene(t)
  const unsure = openScene(t, { revocation: { mode: 'status-list', whenStale: 'accept' } })
  for (const { name, cells, messages } of rowsOf('`verify`')) {
    for (const value of misasked[name] ?? []) {
      for (const token of [signToken(clock), 'no token']) {
        const expected = { name: 'TypeError', message: messages[0]! }
        await t.rejects(verifier.verify(token, { [name]: value }), expected, `${name}: ${String(value)}`)
      }
    }
    t.equal(messages.length, name in misasked ? 1 : 0, name)
    const [code] = codeSpans(cells.at(-2)!)
    if (name === 'whenStale') t.equal(await outcomeOf(unsure.verifier, signToken(unsure.clock), { whenStale: 'reject' }), code)
    else t.equal(await outcomeOf(verifier, signToken(clock, unmet[name]![1]), unmet[name]![0]), code, name)
  }
  await t.rejects(verifier.verify(signToken(clock), { scopes: 'orders:delete' } as VerifyOptions), /^scopes is no option: use request/)
})

const misguarded: Record<string, unknown[]> = {
  verifier: [undefined, {}, 5], realm: ['', 'a"b', 'a\\b', 'ä', 'a\r\nb'], resource: ['orders', 'http://orders.example', 'https://stock.example', 5],
  scopesSupported: ['orders:read', ['a b'], ['a"'], 5], metadata: ['x', ['x'], null], origin: ['https://api.example/', 'api.example', 5],
  pathPrefix: ['', '/', 'api', '/api/', '//api', '/api?a', '/api#a', '/a/../b', '/a b', '/ä', 'https://api.example/api', 5],
  dpopAlgorithms: [[], ['HS256'], 'ES256'], formToken: ['no', 1], certificateHeader: ['', 'a b', 'x:', 5], onRefusal: ['log', {}]
}

t.test('the adapters tell in the words of their tables what they cannot be made with, and what a route cannot ask', async t => {
  const { verifier } = openScene(t)
  const rows = rowsOf('Adapters')
  for (const [name, values] of Object.entries(misguarded)) {
    const { messages } = rows.find(row => row.name === name)!
    for (const value of values) {
      const options = { verifier, [name]: value } as GuardOptions & { verifier: Verifier }
      const isTold = (error: unknown): boolean => error instanceof TypeError && messages.includes(error.message)
      const attempts: Array<() => unknown> = [
        () => createExpressGuard(options), () => Fastify().register(fastifyGuard, options).ready(), ...(name === 'onRefusal' ? [] : [() => createHeadersGuard(options)])
      ]
      for (const attempt of attempts) t.ok(isTold(await Promise.resolve().then(attempt).catch((error: unknown) => error)), `${name}: ${String(value)}`)
    }
  }
  t.throws(() => createExpressGuard({ verifier, resource: false, pathPrefix: '/api' }), { message: 'pathPrefix: it stands behind an origin: name that, too' })
  t.throws(() => createExpressGuard({ verifier, resource: false, dpopAlgorithms: ['ES256'] }), { message: 'origin: it is needed with dpopAlgorithms: proofs name it' })
  const misrequired: Record<string, unknown[]> = {
    scope: ['a"b', ['a b'], 5], acrValues: [['a b'], 'urn:strong'], maxAge: [-1, 0.5, '60'], whenStale: ['ignore', '']
  }
  const { protect } = createExpressGuard({ verifier })
  for (const [name, values] of Object.entries(misrequired)) {
    const message = rows.find(row => row.name === name)!.messages[0]!
    for (const value of values) {
      t.throws(() => protect({ [name]: value }), { name: 'TypeError', message }, `${name}: ${String(value)}`)
      await t.rejects(createHeadersGuard({ verifier }).check({}, { [name]: value }), { name: 'TypeError', message })
    }
  }
  t.strictSame(rows.map(({ name }) => name).toSorted(), [...Object.keys(misguarded), ...Object.keys(misrequired)].toSorted(), 'every row was tried')
})
