import { deflateSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { packStatuses } from '../../../src/protocol/status-list.ts'
import type { StatusListOptions } from '../../../src/verifier/revocation/revocation-options.ts'
import { readStatusList } from '../../../src/verifier/revocation/status-list/status-list.ts'
import { knownLists, knownSize, shortLists } from '../../protocol/status-list-facts.ts'
import { createTestClock } from '../../support/clock.ts'
import { until } from '../../support/until.ts'
import { startWebServer } from '../../support/web-server.ts'
import { openChecker, tokenOf, type OpenedChecker } from './open-checker.ts'

/** The mode `status-list`. A signature here is a text that says so: the real one is the verifier's own affair. */

const now = () => Math.floor(Date.now() / 1000)
const kid = 'key-1'
const pack = (bytes: number[] | Uint8Array) => deflateSync(Uint8Array.from(bytes), { level: 9 }).toString('base64url')

interface Served {
  status?: number
  type?: string
  signed?: boolean
  claims?: object
  /** Seconds in a cache, as that says itself. */
  age?: string
  /** The number of a list that is not there, while others are. */
  missing?: number
  /** Over the whole answer. */
  redirect?: string
}

const tokenNaming = (status_list: object) => ({ ...tokenOf({ status: { status_list } }), kid })

interface Scene extends OpenedChecker {
  uri: string
  uriOf(list: number): string
  served: Served
  count(): number
  checkAt(idx: unknown, uri?: string): Promise<string>
  clock: ReturnType<typeof createTestClock>
}

async function openLists(t: Test, options: Partial<StatusListOptions> = {}): Promise<Scene> {
  const served: Served = {}
  const clock = createTestClock(Date.now())
  const server = await startWebServer(t, (response, { url }) => {
    if (served.missing !== undefined && url === new URL(uriOf(served.missing)).pathname) return void response.writeHead(404).end()
    if (served.redirect !== undefined) return void response.writeHead(302, { location: served.redirect }).end()
    const claims = { sub: new URL(url!, uri).href, iat: now(), exp: now() + 600, ttl: 30, status_list: { bits: 1, lst: pack([0b10]) }, ...served.claims }
    response.writeHead(served.status ?? 200, {
      'content-type': served.type ?? 'application/statuslist+jwt', ...(served.age !== undefined && { age: served.age })
    }).end(JSON.stringify(claims))
  })
  const uriOf = (list: number) => `${server.url}/status-lists/${list}.${kid}`
  const uri = uriOf(1)
  const opened = openChecker(t, {
    issuer: server.url, options: { mode: 'status-list', ...options }, clock,
    context: {
      verifySigned: async (token, typ) => served.signed === false || typ !== 'statuslist+jwt'
        ? undefined
        : JSON.parse(token) as Record<string, unknown>
    }
  })
  return {
    ...opened, uri, uriOf, served, clock,
    count: () => server.requests.length,
    checkAt: (idx, at = uri) => opened.check(tokenNaming({ idx, uri: at }))
  }
}

t.test('Q200: a token is what its place in the list says, from the least significant bit, with 1, 2, 4 and 8 bits', async t => {
  const bytes = [0b11100100, 0b00011011]
  for (const bits of [1, 2, 4, 8]) {
    const scene = await openLists(t)
    scene.served.claims = { status_list: { bits, lst: pack(bytes) } }
    const number = bytes[0]! | bytes[1]! << 8
    for (let idx = 0; idx < 16 / bits; idx++) {
      const status = number >> idx * bits & (1 << bits) - 1
      t.equal(await scene.checkAt(idx), status === 0 ? 'good' : 'revoked', `${bits} bits, place ${idx}`)
    }
    t.equal(await scene.checkAt(16 / bits), 'token_invalid', 'beyond its end')
    t.equal(scene.count(), 1, 'fetched once for all')
  }
})

t.test('Q200: the draft\'s own lists are read at every index', async t => {
  const read = async (bits: number, packed: Buffer) => {
    const { statusAt } = await readStatusList({ sub: 'list', iat: 0, status_list: { bits, lst: packed.toString('base64url') } }, 'list')
    return (length: number) => Array.from({ length }, (_, index) => statusAt(index))
  }
  for (const { bits, statuses, compressed } of shortLists) {
    const readAll = await read(bits, Buffer.from(compressed, 'hex'))
    t.strictSame(readAll(statuses.length + 8), [...statuses, ...Array<undefined>(8)], `${bits} bits`)
  }
  for (const { bits, statuses } of knownLists) {
    const readAll = await read(bits, deflateSync(packStatuses(statuses, { bits, size: knownSize }), { level: 9 }))
    const expected = new Map(statuses)
    const wrong = readAll(knownSize).flatMap((status, index) => status === (expected.get(index) ?? 0) ? [] : [index])
    t.strictSame(wrong, [], `2^20 entries with ${bits} bits each`)
    t.equal(readAll(knownSize + 1).at(-1), undefined)
  }
})

const faults: Record<string, Served> = {
  'not signed by the issuer': { signed: false },
  'of another type': { type: 'application/jwt' },
  'another list': { claims: { sub: 'https://id.example/status-lists/2.key-1' } },
  'expired': { claims: { exp: now() - 60 } },
  'without a time': { claims: { iat: undefined } },
  'with three bits': { claims: { status_list: { bits: 3, lst: pack([0]) } } },
  'without bits': { claims: { status_list: { lst: pack([0]) } } },
  'no list at all': { claims: { status_list: null } },
  'no base64url': { claims: { status_list: { bits: 1, lst: '+/==' } } },
  'no zlib': { claims: { status_list: { bits: 1, lst: 'AAAA' } } },
  'cut short': { claims: { status_list: { bits: 1, lst: pack(new Uint8Array(5000).map((_, at) => at * 7)).slice(0, 40) } } },
  'a bomb': { claims: { status_list: { bits: 1, lst: pack(new Uint8Array(200_000_000)) } } }
}
for (const [what, served] of Object.entries(faults)) {
  t.test(`Q200: a list that is faulty (${what}) is no reason to accept, under any policy`, async t => {
    const scene = await openLists(t, { whenStale: 'accept' })
    Object.assign(scene.served, served)
    t.equal(await scene.checkAt(0), 'revocation_unavailable')
    t.equal(await scene.checkAt(0), 'revocation_unavailable', 'and it is not asked for again at once')
    t.equal(scene.count(), 1)
  })
}

t.test('Q200: a token names its own issuer\'s lists alone, and nothing else is ever fetched', async t => {
  const scene = await openLists(t, { whenStale: 'accept' })
  const other = await startWebServer(t, response => void response.end())
  const { origin } = new URL(scene.uri)
  const name = `1.${kid}`
  const uris = [
    `${other.url}/status-lists/${name}`, `${origin}.example/status-lists/${name}`, `${origin}@example.com/status-lists/${name}`,
    `${origin}/other/${name}`, `${origin}/status-lists/../admin`, `${origin}/status-lists/%2e%2e`, `${origin}/status-lists/`,
    `${origin}/status-lists/${name}?x`, `${origin}/status-lists/${name}#x`, `${origin}/status-lists/0${name}`,
    `${origin}/status-lists/1/.${kid}`, `${origin}/status-lists/..${kid}`, ` ${scene.uri}`, scene.uri.toUpperCase(), 'file:///etc/passwd', ''
  ]
  for (const uri of uris) t.equal(await scene.checkAt(0, uri), 'token_invalid', uri)
  for (const idx of [-1, 0.5, '0', null, 2 ** 60, undefined]) t.equal(await scene.checkAt(idx), 'token_invalid', String(idx))
  for (const status of [null, 'x', {}, { status_list: [] }]) t.equal(await scene.check(tokenOf({ status })), 'token_invalid')
  scene.served.redirect = `${other.url}/status-lists/${name}`
  t.equal(await scene.checkAt(0), 'unchecked', 'a redirect is an answer that cannot be had')
  t.equal(other.requests.length, 0)
  t.equal(scene.count(), 1)
})

t.test('Q200: a token names the list of the key that signed it: a thief of a key cannot name that of the next', async t => {
  const scene = await openLists(t, { whenStale: 'accept' })
  const prefix = scene.uri.slice(0, -kid.length)
  for (const uri of [`${prefix}key-2`, `${prefix}${kid}-`, prefix, prefix.slice(0, -1), `${prefix}key-2.${kid}`]) {
    t.equal(await scene.checkAt(0, uri), 'token_invalid', uri)
  }
  t.equal(scene.count(), 0)
  t.equal(await scene.checkAt(0), 'good')
})

t.test('a list is kept for its ttl, fetched anew before that ends, and used beyond it only while it cannot be had', async t => {
  const scene = await openLists(t, { maxStaleness: 100, whenStale: 'accept' })
  t.equal(await scene.checkAt(1), 'revoked')
  t.equal(await scene.checkAt(0), 'good')
  scene.clock.advance(20)
  t.equal(await scene.checkAt(0), 'good')
  t.equal(scene.count(), 1)
  scene.clock.advance(5)
  scene.served.claims = { status_list: { bits: 1, lst: pack([1]) } }
  t.equal(await scene.checkAt(0), 'good', 'nobody waits for the next one')
  await until('the next one is there', () => scene.checker.health().counters['lists'] === 2)
  t.equal(await scene.checkAt(0), 'revoked')
  scene.served.status = 503
  scene.clock.advance(31)
  t.equal(await scene.checkAt(0), 'revoked')
  t.equal(await scene.checkAt(3), 'good', 'older than its ttl, within the bound')
  t.equal(scene.count(), 3)
  scene.clock.advance(70)
  t.equal(await scene.checkAt(3), 'unchecked')
  t.equal(await scene.check(tokenNaming({ idx: 3, uri: scene.uri }), { whenStale: 'reject' }), 'revocation_unavailable')
  t.strictSame(scene.changes, ['stale'])
  scene.served.status = 200
  scene.clock.advance(2)
  t.equal(await scene.checkAt(3), 'good')
  t.strictSame(scene.changes, ['stale', 'fresh'])
})

t.test('stale is told when a list cannot be used any more, with its age, and not at the first failure', async t => {
  const scene = await openLists(t, { maxStaleness: 100 })
  t.equal(await scene.checkAt(0), 'good')
  scene.served.status = 503
  scene.clock.advance(40)
  t.equal(await scene.checkAt(0), 'good')
  t.equal(scene.errors.length, 1, 'that it could not be fetched is told')
  t.match(scene.checker.health(), { fresh: true, age: 40 })
  scene.clock.advance(50)
  t.equal(await scene.checkAt(0), 'good')
  t.strictSame(scene.changes, [])
  scene.clock.advance(11)
  t.match(scene.checker.health(), { fresh: false, age: 101 }, 'health tells it, too, when nobody has asked since')
  t.strictSame([scene.changes, scene.ages], [['stale'], [101]])
  t.equal(await scene.checkAt(0), 'revocation_unavailable')
  t.equal(await scene.checkAt(0), 'revocation_unavailable')
  scene.served.status = 200
  scene.clock.advance(2)
  t.equal(await scene.checkAt(0), 'good')
  t.strictSame([scene.changes, scene.ages], [['stale', 'fresh'], [101, 0]])
})

t.test('of several lists one that is lost makes the verifier stale until it is back, or nobody needs it any more', async t => {
  const scene = await openLists(t)
  scene.served.missing = 2
  for (let round = 0; round < 3; round++) {
    scene.clock.advance(40)
    t.equal(await scene.checkAt(0), 'good')
    t.equal(await scene.checkAt(0, scene.uriOf(2)), 'revocation_unavailable')
  }
  t.strictSame([scene.changes, scene.ages], [['stale'], [Infinity]], 'told once')
  t.match(scene.checker.health(), { fresh: false, age: Infinity })
  delete scene.served.missing
  scene.clock.advance(2)
  t.equal(await scene.checkAt(0, scene.uriOf(2)), 'good')
  t.strictSame(scene.changes, ['stale', 'fresh'])
  scene.served.missing = 3
  t.equal(await scene.checkAt(0, scene.uriOf(3)), 'revocation_unavailable')
  scene.clock.advance(61)
  t.match(scene.checker.health(), { fresh: true })
  t.strictSame(scene.changes, ['stale', 'fresh', 'stale', 'fresh'])
  t.equal(await scene.checkAt(0, scene.uriOf(3)), 'revocation_unavailable')
  await scene.checker.close()
  const told = [...scene.changes]
  t.equal(await scene.checkAt(0, scene.uriOf(4)), 'revocation_unavailable')
  t.strictSame(scene.changes, told, 'of one that was closed nothing is told')
})

t.test('an older list does not take the place of a newer one', async t => {
  const scene = await openLists(t)
  t.equal(await scene.checkAt(1), 'revoked')
  scene.served.claims = { iat: now() - 100, status_list: { bits: 1, lst: pack([0]) } }
  scene.clock.advance(31)
  t.equal(await scene.checkAt(1), 'revoked')
})

t.test('a token without a status, and one whose list cannot be had, are what the policy says', async t => {
  for (const [whenStale, state] of [['reject', 'revocation_unavailable'], ['accept', 'unchecked']] as const) {
    const scene = await openLists(t, { whenStale })
    t.equal(await scene.check(tokenOf()), state)
    t.equal(scene.count(), 0)
    scene.served.status = 404
    t.equal(await scene.checkAt(0), state)
  }
  const byDefault = await openLists(t)
  t.equal(await byDefault.check(tokenOf()), 'revocation_unavailable')
  t.equal(await byDefault.check(tokenOf(), { whenStale: 'lookup' }), 'revocation_unavailable', 'without a client there is nobody to ask')
})

t.test('Q200: a list is as old as the caches on the way say, and one that they keep too long is asked for once a second at the most', async t => {
  const scene = await openLists(t, { maxStaleness: 60 })
  const { clock, checker, served } = scene
  served.age = '20'
  t.equal(await scene.checkAt(0), 'good')
  t.equal(checker.health().age, 20)
  clock.advance(11)
  served.age = '3'
  t.equal(await scene.checkAt(0), 'good')
  t.strictSame([scene.count(), checker.health().age], [2, 3], 'beyond its time, and fetched again')
  served.age = '61'
  clock.advance(58)
  for (let use = 0; use < 5; use++) t.equal(await scene.checkAt(0), 'revocation_unavailable', 'older than it may be')
  t.equal(scene.count(), 3)
  t.match(scene.errors.map(String), [/a cache on the way has kept the status list for longer than it may be old/])
  t.strictSame(scene.changes, ['stale'])
  served.age = '40'
  clock.advance(1)
  for (let use = 0; use < 5; use++) t.equal(await scene.checkAt(0), 'good', 'beyond its time, and within the bound')
  t.equal(scene.count(), 4)
  for (const [text, age] of [['-5', 0], ['x', 0], ['0', 0], ['3, 150', 3]] as const) {
    served.age = text
    clock.advance(61)
    t.equal(await scene.checkAt(0), 'good')
    t.equal(checker.health().age, age, text)
  }
  served.age = '9'.repeat(400)
  clock.advance(61)
  await scene.checkAt(0)
  t.match(String(scene.errors.at(-1)), /has kept the status list for longer/)
})
