import { createHash } from 'node:crypto'
import { renderEvent } from '../../src/protocol/feed-event.ts'
import { clientJti, clientTagOf, grantIdFrom, grantJti, numberOfJti } from '../../src/protocol/identifiers.ts'
import { keyOfValue } from '../../src/protocol/revocation-key.ts'
import { parsePoint, renderPoint } from '../../src/protocol/revocation-point.ts'
import { encodeRecords, type Recordable } from '../../src/protocol/revocation-record.ts'
import { encodeSnapshotHeader } from '../../src/protocol/revocation-snapshot.ts'
import { decodeRecords, judgeToken, type TokenValues } from './feed-table.ts'

/** The test vectors of the feed (docs/revocation-feed.vectors.json), made by the service's own code. */

/** The same bytes each time. */
const bytes = (seed: string, length: number): Buffer => createHash('sha512').update(seed).digest().subarray(0, length)
const id = (seed: string): string => bytes(seed, 16).toString('base64url')

const grantId = grantIdFrom(100, bytes('grant', 10))
const otherGrantId = grantIdFrom(2 ** 40, bytes('another grant', 10))
const jti = grantJti(grantId, bytes('token', 9))
const clientToken = clientJti({ clientTag: clientTagOf('reports'), number: 7 }, bytes('client token', 9))
const sid = id('session')
const sub = `usr_${id('user')}`
const pairwise = `pws_${id('pairwise user')}`
const kid = bytes('key', 32).toString('base64url')

const keyValues: Array<[kind: string, value: string, note: string]> = [
  ['token', jti, 'of a grant: the last 3 bytes of the grant and the 9 of the token'],
  ['token', clientToken, 'without a grant: digested'],
  ['token', `${'_'.repeat(22)}.${'-'.repeat(12)}`, 'the outermost characters'],
  ['token', `${grantId}.${'A'.repeat(11)}`, 'too short for the shape: digested'],
  ['token', `${grantId}.${'A'.repeat(13)}`, 'too long for the shape: digested'],
  ['token', `${grantId}.${'A'.repeat(11)}=`, 'a character outside the alphabet: digested'],
  ['grant', grantId, 'a grant'],
  ['grant', `${grantId.slice(0, 21)}_`, 'four bits that are left over are ignored: the same key'],
  ['grant', `${grantId}A`, 'too long for the shape: digested'],
  ['session', sid, 'a session'],
  ['session', 'session-1', 'another shape: digested'],
  ['user', sub, 'a user'],
  ['user', pairwise, 'a pairwise subject'],
  ['user', sub.slice(4), 'without the prefix: digested'],
  ['user', `USR_${sub.slice(4)}`, 'the case of the prefix counts: digested'],
  ['user', 'orders', "a client's own tokens have its id as sub: digested"],
  ['user', 'jörg@例え.example', 'digested over UTF-8'],
  ['client', 'orders', 'always digested'],
  ['client', id('client'), 'also when it looks like random bits'],
  ['key', kid, 'an RFC 7638 thumbprint'],
  ['key', 'key-1', 'another shape: digested'],
  ['issuer', '', 'zero bytes']
]

const end = Date.UTC(2030, 0, 2, 3, 4, 5)
const recordables: Recordable[] = [
  { target: 'token', value: jti, cutoff: undefined, endsAt: end },
  { target: 'grant', value: otherGrantId, cutoff: undefined, endsAt: end + 1 },
  { target: 'session', value: sid, cutoff: undefined, endsAt: end },
  { target: 'user', value: sub, cutoff: 101, endsAt: end },
  { target: 'user', value: pairwise, cutoff: 2 ** 48 - 1, endsAt: end },
  { target: 'client', value: 'reports', cutoff: 8, endsAt: end },
  { target: 'key', value: kid, cutoff: undefined, endsAt: end },
  { target: 'issuer', value: '', cutoff: 50, endsAt: 0xffff_ffff * 1000 }
]

const numberJtis = [
  jti, grantJti(otherGrantId, bytes('one more', 9)), `${'_'.repeat(22)}.${'-'.repeat(12)}`, clientToken,
  clientJti({ clientTag: clientTagOf('reports'), number: 0 }, bytes('x', 9)), `c.${'A'.repeat(16)}.999999999999999.${'B'.repeat(12)}`,
  `c.${'A'.repeat(16)}.1000000000000000.${'B'.repeat(12)}`, `c.${'A'.repeat(16)}.07.${'B'.repeat(12)}`,
  `c.${'A'.repeat(16)}.-1.${'B'.repeat(12)}`, `c.${'A'.repeat(15)}.7.${'B'.repeat(12)}`, `${grantId}.${'B'.repeat(13)}`, 'none of ours'
]

const userToken: TokenValues = { kid, jti, grant_id: grantId, sid, sub, client_id: 'web' }
const serviceToken: TokenValues = { kid: 'key-1', jti: clientToken, sub: 'reports', client_id: 'reports' }
const strangeToken: TokenValues = { kid: 'key-1', jti: 'none of ours', sub: 'reports', client_id: 'reports' }
const only = (target: string, value: string, cutoff?: number): Recordable => ({ target, value, cutoff, endsAt: end })

/** As a later version may write them. */
const ofNewKind = (entry: Recordable): Buffer => Buffer.concat([Buffer.of(8), encodeRecords([entry]).subarray(1)])

const judgements: Array<[note: string, token: TokenValues, entries: Array<Recordable | Buffer>]> = [
  ['nothing is revoked', userToken, []],
  ['the token itself', userToken, [only('token', jti)]],
  ['another token of the same grant', userToken, [only('token', grantJti(grantId, bytes('another token', 9)))]],
  ['its grant', userToken, [only('grant', grantId)]],
  ['its session', userToken, [only('session', sid)]],
  ['its user, with a cut-off above its number', userToken, [only('user', sub, 101)]],
  ['its user, with a cut-off that is its number', userToken, [only('user', sub, 100)]],
  ['its user, of two entries the one that covers it', userToken, [only('user', sub, 101), only('user', sub, 90)]],
  ['its client', userToken, [only('client', 'web', 1000)]],
  ['its key', userToken, [only('key', kid)]],
  ['everything', userToken, [only('issuer', '', 101)]],
  ['everything before it was granted', userToken, [only('issuer', '', 100)]],
  ['the narrowest is named', userToken, [only('issuer', '', 101), only('key', kid), only('session', sid)]],
  ['keys of different kinds are never compared', userToken, [only('grant', sid), only('session', grantId)]],
  ['a client, above the number in the jti', serviceToken, [only('client', 'reports', 8)]],
  ['a client, not above the number in the jti', serviceToken, [only('client', 'reports', 7)]],
  ['the sub of a token without a user', serviceToken, [only('user', 'reports', 8)]],
  ['a jti without a number is covered by every cut-off', strangeToken, [only('client', 'reports', 1)]],
  ['no sid: the kind is skipped', serviceToken, [only('session', '')]],
  ['entries of a kind that is not known are skipped', userToken, [only('grant', grantId), only('issuer', '')].map(ofNewKind)],
  ['and those behind them are not', userToken, [ofNewKind(only('grant', grantId)), only('session', sid)]]
]

const pointTexts = [
  `1234.${bytes('hash', 12).toString('base64url')}`, '0.AAAAAAAAAAAAAAAA', '17', '0', '999999999999999', '1000000000000000', '', '01', '-1',
  '1.', '1.AAAAAAAAAAAAAAA', '1.AAAAAAAAAAAAAAAAA', '1.AAAAAAAAAAAAAAA=', ' 1', '1 ', '1.5', 'x'
]

/** Milliseconds on the subscriber's clock; `confirmed` as a heartbeat says it. */
const takeovers: Array<[note: string, times: { applied: number; sent: number; confirmed: number; now: number }, takesOver: boolean]> = [
  ['confirmed after the last batch was applied', { applied: 1000, sent: 1500, confirmed: -400, now: 1520 }, true],
  ['confirmed before, though asked afterwards', { applied: 1000, sent: 1500, confirmed: -520, now: 1520 }, false],
  ['by an instance that had not heard of it yet', { applied: 1000, sent: 1100, confirmed: -400, now: 1120 }, false],
  ['by the same, later', { applied: 1000, sent: 1100, confirmed: 150, now: 1700 }, true]
]

const head = (seq: number): { seq: number; hash: Buffer } => ({ seq, hash: seq === 0 ? Buffer.alloc(32) : bytes(`hash ${seq}`, 32) })
const text = (entries: readonly Recordable[]): string => encodeRecords(entries).toString('base64url')

function makeStream() {
  const jwks = { keys: [{ kty: 'RSA', n: 'sXch', e: 'AQAB', use: 'sig', alg: 'RS256', kid: 'key-2' }], removed: [kid] }
  const batch = (after: number, seq: number, entries: Recordable[]): string =>
    renderEvent('revocations', JSON.stringify({ after, seq, entries: text(entries) }), renderPoint(head(seq)))
  const heartbeat = (seq: number, confirmed: number, sent: number): string =>
    renderEvent('heartbeat', JSON.stringify({ seq, confirmed, sent }), renderPoint(head(seq)))
  return {
    after: renderPoint(head(8)),
    text: [
      renderEvent('jwks', JSON.stringify(jwks)), heartbeat(8, -212, 1), batch(8, 9, [only('grant', grantId)]), heartbeat(9, 806, 1001),
      // One of the three has ended meanwhile and is left out.
      batch(9, 12, [only('token', clientToken), only('user', sub, 500)]), renderEvent('jwks', JSON.stringify({ ...jwks, removed: [] })),
      heartbeat(12, 1790, 2003), renderEvent('stale', '{"confirmed":1790}')
    ].join(''),
    applied: { seq: 12, point: renderPoint(head(12)), entries: text([only('grant', grantId), only('token', clientToken), only('user', sub, 500)]) },
    endings: [renderEvent('reset', '{}'), ...['token-expired', 'token-revoked', 'shutting-down']
      .map(reason => renderEvent('end', JSON.stringify({ reason })))]
  }
}

/** Everything the vectors hold, as JSON has it. */
export function makeFeedVectors() {
  const snapshot = Buffer.concat([encodeSnapshotHeader(head(8), recordables.length), encodeRecords(recordables)])
  return {
    keys: keyValues.map(([kind, value, note]) => ({ kind, value, key: keyOfValue(kind, value).toString('hex'), note })),
    entries: recordables.map(entry => ({
      kind: entry.target, value: entry.value, cutoff: entry.cutoff ?? 0, end: Math.ceil(entry.endsAt / 1000),
      bytes: encodeRecords([entry]).toString('hex')
    })),
    numbers: numberJtis.map(jti => ({ jti, number: numberOfJti(jti) ?? null })),
    judgements: judgements.map(([note, token, entries]) => {
      const records = entries.map(entry => Buffer.isBuffer(entry) ? entry : encodeRecords([entry]))
      return {
        note, token, entries: records.map(record => record.toString('hex')),
        revoked: judgeToken(token, decodeRecords(Buffer.concat(records)))
      }
    }),
    points: pointTexts.map(text => {
      const point = parsePoint(text)
      return { text, seq: point?.seq ?? null, hash: point?.hash ?? null }
    }),
    snapshot: { point: renderPoint(head(8)), count: recordables.length, base64: snapshot.toString('base64') },
    stream: makeStream(),
    takeovers: takeovers.map(([note, times, takesOver]) => ({ note, ...times, takes_over: takesOver }))
  }
}

export type FeedVectors = ReturnType<typeof makeFeedVectors>

/** As the file has it. */
export function renderFeedVectors(): string {
  return `${JSON.stringify(makeFeedVectors(), undefined, 1)}\n`
}
