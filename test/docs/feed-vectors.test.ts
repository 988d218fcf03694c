import t from 'tap'
import { targets } from '../../src/revocation/targets/index.ts'
import { kindCodes } from '../../src/protocol/revocation-key.ts'
import { findRevocation } from '../../src/protocol/revocation-rules.ts'
import { decodeRecords, decodeSnapshot, judgeToken } from '../support/feed-table.ts'
import { makeFeedVectors, renderFeedVectors, type FeedVectors } from '../support/feed-vectors.ts'
import { readPage } from './read-page.ts'

const vectors = JSON.parse(readPage('docs/revocation-feed.vectors.json')) as FeedVectors

t.test('the service makes every vector as the file has it', async t => {
  t.strictSame(vectors, makeFeedVectors())
  t.equal(readPage('docs/revocation-feed.vectors.json'), renderFeedVectors(),
    'otherwise: node --import=tsx test/support/write-feed-vectors.ts')
})

t.test('there is a vector for every kind', async t => {
  for (const { kind } of targets) {
    t.ok(kindCodes[kind], kind)
    t.ok(vectors.keys.some(vector => vector.kind === kind), kind)
    t.ok(vectors.entries.some(vector => vector.kind === kind), kind)
    t.ok(vectors.judgements.some(vector => vector.revoked === kind), kind)
  }
})

t.test('the page tells of every member', async t => {
  const page = readPage('docs/revocation-feed.md')
  for (const member of Object.keys(vectors)) t.ok(page.includes(`\`${member}\``), member)
})

t.test('the records say what the entries say', async t => {
  for (const { kind, cutoff, end, bytes } of vectors.entries) {
    t.match(decodeRecords(Buffer.from(bytes, 'hex')), [{ kind: kindCodes[kind], cutoff, end }])
  }
  const { point, count, base64 } = vectors.snapshot
  const snapshot = decodeSnapshot(Buffer.from(base64, 'base64'))
  t.equal(snapshot.point, point)
  t.same(snapshot.records, vectors.entries.map(({ bytes }) => decodeRecords(Buffer.from(bytes, 'hex'))[0]))
  t.equal(count, snapshot.records.length)
})

t.test('the records judge a token as the service itself does', async t => {
  for (const { note, token, entries, revoked } of vectors.judgements) {
    const records = entries.flatMap(bytes => decodeRecords(Buffer.from(bytes, 'hex')))
    t.equal(judgeToken(token, records), revoked, note)
    const hit = findRevocation({ ...token, kid: token.kid }, targets, (kind, value) => {
      // As the service's own table keeps one: cut-offs only grow.
      const [found] = records.filter(record => judgeToken({ jti: 'none of ours', ...namedBy(kind, value) }, [record]) === kind)
        .sort((one, other) => (one.cutoff || Infinity) > (other.cutoff || Infinity) ? -1 : 1)
      return found && { seq: 1, cutoff: found.cutoff || undefined, since: 0 }
    })
    t.equal(hit?.target ?? null, revoked, `${note}: the service`)
  }
})

const claimOf: Record<string, string> = {
  token: 'jti', grant: 'grant_id', session: 'sid', user: 'sub', client: 'client_id', key: 'kid', issuer: 'none'
}

function namedBy(kind: string, value: string): Record<string, string> {
  return { [claimOf[kind]!]: value }
}
