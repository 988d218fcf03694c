import t from 'tap'
import { reachMargin, silentAfter } from '../../src/protocol/limits.ts'
import { countsAsLagging, isSilent, judgeReach, stateOf, type WatchedVerifier } from '../../src/protocol/reach.ts'

const revokedAt = new Date('2026-11-27T10:00:00.000Z')
const after = (milliseconds: number): Date => new Date(revokedAt.getTime() + milliseconds)
const revocation = { seq: 1234, revokedAt }

const verifier = (changes: Partial<WatchedVerifier> = {}): WatchedVerifier => ({
  clientId: 'orders', instance: 'a', maxStaleness: undefined, whenStale: undefined, subscribedAt: after(-60_000),
  acknowledgedAt: undefined, seq: undefined, reached: undefined, ...changes
})
const acknowledged = (milliseconds: number, changes: Partial<WatchedVerifier> = {}): WatchedVerifier => verifier({
  seq: 1234, acknowledgedAt: after(milliseconds), reached: { at: after(milliseconds), isExact: true }, ...changes
})
const judge = (verifiers: WatchedVerifier[], now = after(100)) => judgeReach(revocation, verifiers, now)

t.test('with nobody to wait for it is effective from the revocation on', async t => {
  t.strictSame(judge([]), { ...revocation, verifiers: 0, effective: 0, since: revokedAt, latency: undefined, lagging: [] })
})

t.test('it is effective at all since the last acknowledgement', async t => {
  const reach = judge([acknowledged(21), acknowledged(62), acknowledged(20)])
  t.strictSame(reach, { ...revocation, verifiers: 3, effective: 3, since: after(62), latency: { p50: 21, p99: 62, max: 62 }, lagging: [] })
})

t.test('one that has not acknowledged it lags, and by how much is told', async t => {
  const slow = verifier({ instance: 'slow', seq: 1230, acknowledgedAt: after(-5_000), whenStale: 'accept', maxStaleness: 5 })
  const reach = judge([acknowledged(21), slow], after(3_600_000))
  t.match(reach, { verifiers: 2, effective: 1, since: undefined, latency: { max: 21 } })
  t.strictSame(reach.lagging, [{
    clientId: 'orders', instance: 'slow', seq: 1230, behind: 4, acknowledgedAt: after(-5_000), effectiveAt: undefined
  }])
})

t.test('one that has never acknowledged anything stands nowhere', async t => {
  t.match(judge([verifier()]).lagging, [{ seq: undefined, behind: undefined, acknowledgedAt: undefined, effectiveAt: undefined }])
})

t.test('under lookup and reject its own bound and a margin make it effective without a word', async t => {
  const end = (5 + reachMargin) * 1000
  for (const whenStale of ['lookup', 'reject'] as const) {
    const silent = verifier({ whenStale, maxStaleness: 5 })
    t.match(judge([silent], after(end)).lagging, [{ effectiveAt: after(end) }], 'at that very moment not yet')
    t.match(judge([silent], after(end + 1)), { effective: 1, since: after(end), latency: undefined, lagging: [] })
    t.match(judge([silent, acknowledged(30)], after(end + 1)), { since: after(end), latency: { p50: 30, max: 30 } })
  }
})

t.test('under accept, or where it has not said, it lags for ever', async t => {
  for (const changes of [
    { whenStale: 'accept' as const, maxStaleness: 5 }, { maxStaleness: 5 }, { whenStale: 'reject' as const }, {}
  ]) t.equal(judge([verifier(changes)], after(86_400_000)).lagging.length, 1, JSON.stringify(changes))
})

t.test('of its word and its bound the earlier counts, and the latency is that of its word', async t => {
  const late = acknowledged(60_000, { whenStale: 'reject', maxStaleness: 1 })
  t.match(judge([late], after(61_000)), { since: after((1 + reachMargin) * 1000), latency: { max: 60_000 } })
  t.match(judge([acknowledged(40, { whenStale: 'reject', maxStaleness: 1 })], after(61_000)), { since: after(40) })
})

t.test('one that came later counts once it has acknowledged, and is not late', async t => {
  const newcomer = { instance: 'new', subscribedAt: after(5_000) }
  t.match(judge([acknowledged(21), verifier(newcomer)], after(6_000)), { verifiers: 2, effective: 1, since: undefined })
  const reach = judge([acknowledged(21), acknowledged(9_000, newcomer)], after(9_500))
  t.match(reach, { verifiers: 2, effective: 2, since: after(21), latency: { p50: 21, p99: 21, max: 21 } })
  t.match(judge([acknowledged(9_000, newcomer)], after(9_500)), { effective: 1, since: revokedAt, latency: undefined })
})

t.test('a time that may not be the first is no latency, but since then it is effective', async t => {
  const old = acknowledged(900_000, { reached: { at: after(900_000), isExact: false } })
  t.match(judge([old], after(1_000_000)), { effective: 1, since: after(900_000), latency: undefined })
})

t.test('percentiles are by the nearest rank, of one and of a hundred', async t => {
  t.strictSame(judge([acknowledged(7)]).latency, { p50: 7, p99: 7, max: 7 })
  const hundred = Array.from({ length: 100 }, (_, at) => acknowledged(100 - at))
  t.strictSame(judge(hundred, after(200)).latency, { p50: 50, p99: 99, max: 100 })
  t.strictSame(judge([acknowledged(-1)]).latency, { p50: 0, p99: 0, max: 0 }, 'never below zero')
})

t.test('one that has not been heard of for three acknowledgements is silent, whatever it holds', async t => {
  const heard = after(0)
  const now = (seconds: number) => after(seconds * 1000)
  t.equal(isSilent({ subscribedAt: heard, acknowledgedAt: undefined }, now(silentAfter)), false)
  t.equal(isSilent({ subscribedAt: heard, acknowledgedAt: undefined }, now(silentAfter + 1)), true)
  t.equal(isSilent({ subscribedAt: heard, acknowledgedAt: now(60) }, now(silentAfter + 1)), false)
  t.equal(stateOf(acknowledged(10), 1234, now(1)), 'effective')
  t.equal(stateOf(acknowledged(10), 1235, now(1)), 'lagging')
  t.equal(stateOf(verifier({ subscribedAt: heard }), 0, now(1)), 'lagging', 'it has not said anything')
  t.equal(stateOf(acknowledged(10), 1234, now(silentAfter + 1)), 'silent')
})

t.test('a silent one counts as lagging until its own bound has passed under lookup and reject, and otherwise for ever', async t => {
  const now = after((silentAfter + 1) * 1000)
  const sight = { head: 1234, revocation, now }
  const end = (5 + reachMargin) * 1000
  for (const whenStale of ['lookup', 'reject'] as const) {
    const bounded = acknowledged(-1, { whenStale, maxStaleness: 5, seq: 1233 })
    t.equal(countsAsLagging(bounded, sight), false, 'its bound has passed')
    const revokedNow = { ...sight, revocation: { seq: 1235, revokedAt: now } }
    t.equal(countsAsLagging(bounded, revokedNow), true, 'of the newest revocation it knows nothing yet')
    t.equal(countsAsLagging(bounded, { ...revokedNow, now: new Date(now.getTime() + end) }), true, 'at that very moment still')
    t.equal(countsAsLagging(bounded, { ...revokedNow, now: new Date(now.getTime() + end + 1) }), false)
    t.equal(countsAsLagging({ ...bounded, maxStaleness: 3600 }, { ...sight, revocation: undefined }), true, 'it may still go by its view')
  }
  for (const changes of [{ whenStale: 'accept' as const, maxStaleness: 5 }, { maxStaleness: 5 }, {}]) {
    t.equal(countsAsLagging(acknowledged(0, changes), { ...sight, now: after(86_400_000) }), true, JSON.stringify(changes))
  }
})

t.test('one that speaks counts as lagging until it has acknowledged the newest, whatever its rule', async t => {
  const sight = { head: 1234, revocation, now: after(60_000) }
  const rule = { whenStale: 'reject' as const, maxStaleness: 1 }
  t.equal(countsAsLagging(acknowledged(10, rule), sight), false)
  t.equal(countsAsLagging(acknowledged(10, { ...rule, seq: 1233 }), sight), true)
})
