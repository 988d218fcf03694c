import t from 'tap'
import {
  earliestActivation, keyTimes, livingKeys, planNextKey, publishedKeys, signingKey, type TimedKey
} from '../../src/protocol/key-timeline.ts'
import { clockSkew, jwksCacheLifetime, jwksRefreshInterval, keyPublishLead } from '../../src/protocol/limits.ts'

const second = 1000
const interval = 86_400
const retention = { tokenLifetime: 660, formerUntil: 0 }
const key = (position: number, createdAt: number, activeFrom: number): TimedKey =>
  ({ kid: `key-${position}`, position, createdAt: new Date(createdAt), activeFrom: new Date(activeFrom), removedAt: undefined })
const kids = (keys: TimedKey[]) => keys.map(each => each.kid)

t.test('the first key signs at once, the next waits for its turn', async t => {
  const first = planNextKey([], 5000, interval)!
  t.strictSame(first, { position: 1, createdAt: new Date(5000), activeFrom: new Date(5000) })
  const one = key(1, 5000, 5000)
  const next = planNextKey([one], 5000, interval)!
  t.strictSame(next, { position: 2, createdAt: new Date(5000), activeFrom: new Date(5000 + interval * second) })
  t.equal(planNextKey([one, key(2, 5000, next.activeFrom.getTime())], 6000, interval), undefined, 'one standby is enough')
})

t.test('a key is published longer before it signs than any cache may last', async t => {
  t.ok(keyPublishLead >= jwksCacheLifetime + jwksRefreshInterval + clockSkew)
  const late = planNextKey([key(1, 0, 0)], 10 * interval * second, interval)!
  t.equal(late.activeFrom.getTime() - late.createdAt.getTime(), keyPublishLead * second, 'though its turn was long ago')
  t.equal(earliestActivation(key(2, 1000, 9e9), 2000), 1000 + keyPublishLead * second)
  t.equal(earliestActivation(key(2, 1000, 9e9), 5e9), 5e9)
})

t.test('the youngest whose time has come signs', async t => {
  const keys = [key(2, 0, 2000), key(1, 0, 1000), key(3, 0, 3000)]
  for (const [now, kid] of [[1000, 'key-1'], [1999, 'key-1'], [2000, 'key-2'], [9000, 'key-3']] as const) t.equal(signingKey(keys, now)?.kid, kid, String(now))
  t.equal(signingKey(keys, 0)?.kid, 'key-1', 'before all, the one whose time comes first')
  t.equal(signingKey([], 0), undefined)
})

t.test('a removed key neither signs nor is published; the standby takes over at once', async t => {
  const keys = [{ ...key(1, 0, 1000), removedAt: new Date(1500) }, key(2, 0, 90_000)]
  t.equal(signingKey(keys, 1500)?.kid, 'key-2')
  t.strictSame(kids(publishedKeys(keys, 1500, retention)), ['key-2'])
  t.strictSame(kids(livingKeys(keys)), ['key-2'])
  t.equal(planNextKey(keys, 1500, interval)?.position, 3, 'positions are never used again')
})

t.test('a key stays published until the last token it signed has expired, caches and skew included', async t => {
  const keys = [key(1, 0, 0), key(2, 0, 100_000)]
  const { signsUntil, removedAfter } = keyTimes(keys[0]!, keys, retention)
  t.equal(signsUntil, 100_000)
  t.equal(removedAfter, 100_000 + (660 + keyPublishLead) * second)
  t.strictSame(kids(publishedKeys(keys, removedAfter! - 1, retention)), ['key-1', 'key-2'])
  t.strictSame(kids(publishedKeys(keys, removedAfter!, retention)), ['key-2'])
  t.strictSame(keyTimes(keys[1]!, keys, retention), { publishedAt: 0, signsFrom: 100_000, signsUntil: undefined, removedAfter: undefined })
})

t.test('tokens of a longer, former lifetime keep their key', async t => {
  const keys = [key(1, 0, 0), key(2, 0, 100_000)]
  const formerUntil = 50_000_000
  t.equal(keyTimes(keys[0]!, keys, { ...retention, formerUntil }).removedAfter, formerUntil + keyPublishLead * second)
})

t.test('through many rotations the published set is never empty and always holds the signer', async t => {
  const keys: TimedKey[] = []
  let empty = 0
  let unknownSigner = 0
  for (let now = 0; now < 5 * interval * second; now += 3600 * second) {
    for (let added = 0; added < 2; added++) {
      const plan = planNextKey(keys, now, interval)
      if (plan) keys.push({ ...plan, kid: `key-${plan.position}`, removedAt: undefined })
    }
    const published = publishedKeys(keys, now, retention)
    if (published.length < 2) empty++
    // A colleague whose clock is half a minute off signs with a key that is published here.
    for (const skew of [-30, 30]) if (!published.includes(signingKey(keys, now + skew * second)!)) unknownSigner++
  }
  t.equal(empty, 0)
  t.equal(unknownSigner, 0)
  t.ok(keys.length >= 6)
})
