import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { createEventStreamParser } from '../../../src/verifier/revocation/feed/event-stream-parser.ts'
import { confirmedAt } from '../../../src/verifier/revocation/feed/feed-session.ts'
import { feedMessages } from '../../../src/verifier/revocation/feed/feed-messages.ts'
import { readSnapshot } from '../../../src/verifier/revocation/feed/read-snapshot.ts'
import type { RevocationKey } from '../../../src/verifier/revocation/table/revocation-key.ts'
import { createRevocationTable } from '../../../src/verifier/revocation/table/revocation-table.ts'
import { createViews, type RevocationView } from '../../../src/verifier/revocation/table/revocation-view.ts'
import { createReadTokenKeys } from '../../../src/verifier/revocation/table/token-keys.ts'
import { VerifierError } from '../../../src/verifier/errors.ts'

/** The vectors of docs/revocation-feed.md, through what the library itself uses. */

interface Claims { kid: string; jti: string; grant_id?: string; sid?: string; sub: string; client_id: string }
interface Vectors {
  keys: Array<{ kind: string; value: string; key: string; note: string }>
  numbers: Array<{ jti: string; number: number | null }>
  judgements: Array<{ note: string; token: Partial<Claims> & { jti: string }; entries: string[]; revoked: string | null }>
  snapshot: { point: string; count: number; base64: string }
  takeovers: Array<{ note: string; applied: number; sent: number; confirmed: number; now: number; takes_over: boolean }>
  stream: { after: string; text: string; applied: { seq: number; point: string; entries: string } }
}

const file = path.resolve(import.meta.dirname, '../../../docs/revocation-feed.vectors.json')
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
const readKeys = createReadTokenKeys(bytes => createHash('sha256').update(bytes).digest())
const kinds = ['token', 'grant', 'session', 'user', 'client', 'key']

const someone = { kid: 'k', jti: 'j', sub: 's', client_id: 'c', iat: 1, exp: 2 }
const keysOf = (values: Partial<Claims>) => {
  const { kid, ...claims } = { ...someone, ...values }
  return readKeys({ kid, claims })
}
const hex = ({ a, b, c }: RevocationKey) => [a, b, c].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('')

const placeOf: Record<string, (value: string) => Partial<Claims>> = {
  token: jti => ({ jti }), session: sid => ({ sid }), user: sub => ({ sub }), client: id => ({ client_id: id }), key: kid => ({ kid }),
  grant: id => ({ grant_id: id, jti: `${id}.AAAAAAAAAAAA` })
}

t.test('the key of each value is the one of the contract', async t => {
  for (const { kind, value, key, note } of vectors.keys.filter(({ kind }) => kind !== 'issuer')) {
    // A grant of another shape is no grant of ours: the token is refused before its key matters.
    if (kind === 'grant' && value.length !== 22) {
      t.throws(() => keysOf(placeOf['grant']!(value)), VerifierError)
      continue
    }
    t.equal(hex(keysOf(placeOf[kind]!(value)).keys[kinds.indexOf(kind)]!), key, `${kind}: ${note}`)
  }
})

t.test('the number of each jti is the one of the contract', async t => {
  for (const { jti, number } of vectors.numbers) t.equal(keysOf({ jti }).number, number ?? -1, jti)
})

t.test('each token is judged as the contract judges it', async t => {
  for (const { note, token, entries, revoked } of vectors.judgements) {
    const table = createRevocationTable(7)
    for (const entry of entries) table.add(Buffer.from(entry, 'hex'), 0)
    // What a vector leaves out must meet nothing.
    const claims = { kid: 'none', sub: 'none', client_id: 'none', ...token }
    t.equal(table.covers(keysOf(claims)), revoked !== null, note)
  }
})

t.test('a token whose grant is not the one of its jti is none of ours', async t => {
  const grant = 'AAAAAABkajdodNb-_WRUDw'
  for (const jti of [`${'B'.repeat(22)}.AAAAAAAAAAAA`, 'c.AAAAAAAAAAAAAAAA.1.AAAAAAAAAAAA', 'something']) {
    t.throws(() => keysOf({ jti, grant_id: grant }), { code: 'token_invalid' })
  }
  t.ok(keysOf({ jti: `${grant}.AAAAAAAAAAAA`, grant_id: grant }))
})

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const reading = () => ({
  table: createRevocationTable(7), clock: performanceClock,
  platform: { encodeBase64url: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url') }
})
const performanceClock = { monotonic: () => performance.now() }

t.test('the snapshot is read, wherever it is cut', async t => {
  const body = Buffer.from(vectors.snapshot.base64, 'base64')
  for (const size of [1, 7, 31, 32, 33, 55, body.length]) {
    const view = await readSnapshot(inPieces(body, size), reading())
    t.equal(view.point, vectors.snapshot.point)
    t.equal(view.table.size(), vectors.snapshot.count)
  }
})

t.test('a snapshot that is not whole, or of another version, is not read', async t => {
  const body = Buffer.from(vectors.snapshot.base64, 'base64')
  const changed = (at: number, value: number) => Buffer.from(body).fill(value, at, at + 1)
  const wrong = {
    'nothing': Buffer.alloc(0), 'half a header': body.subarray(0, 20), 'a byte short': body.subarray(0, -1),
    'an entry short': body.subarray(0, -23), 'a byte long': Buffer.concat([body, Buffer.alloc(1)]),
    'an entry long': Buffer.concat([body, body.subarray(-23)]), 'another version': changed(4, 2),
    'longer entries': changed(5, 24), 'something else': changed(0, 0x43 + 1), 'a count beyond all memory': changed(28, 0xff)
  }
  for (const [what, bytes] of Object.entries(wrong)) await t.rejects(readSnapshot(inPieces(bytes, 16), reading()), what)
})

const emptyView = (): RevocationView =>
  ({ table: createRevocationTable(7), seq: 0, point: '0.AAAAAAAAAAAAAAAA', confirmedAt: -Infinity, learnedAt: -Infinity })

t.test('the stream is read, wherever it is cut', async t => {
  const { after, text, applied } = vectors.stream
  for (const size of [1, 3, 64, text.length]) {
    const views = createViews(performanceClock)
    views.begin({ ...emptyView(), seq: Number.parseInt(after), point: after })
    const parse = createEventStreamParser(10_000)
    const names: string[] = []
    for (let at = 0; at < text.length; at += size) {
      for (const { name, data, id } of parse(text.slice(at, at + size))) {
        names.push(name)
        if (name === 'revocations') t.ok(await views.apply(feedMessages.revocations(data, id)))
        if (name === 'heartbeat') t.ok(views.confirm(feedMessages.heartbeat(data).seq, 5))
      }
    }
    t.equal(views.serving()?.point, applied.point)
    t.equal(views.serving()?.table.size(), Buffer.from(applied.entries, 'base64url').length / 23)
    t.equal(names.at(-1), 'stale')
  }
})

t.test('a new view takes over when it is proved to hold what the old one refused', async t => {
  for (const { note, applied, sent, confirmed, now, takes_over } of vectors.takeovers) {
    const clock = { monotonic: () => applied }
    const views = createViews(clock)
    const [old, young] = [emptyView(), emptyView()]
    views.begin(old)
    t.ok(views.confirm(0, -1))
    t.ok(await views.apply({ after: 0, seq: 1, point: '1.AAAAAAAAAAAAAAAA', entries: Buffer.alloc(0) }))
    views.abandon()
    views.begin(young)
    t.ok(views.confirm(0, confirmedAt({ monotonic: () => now }, sent, confirmed)))
    t.equal(views.serving(), takes_over ? young : old, note)
  }
})
