import t from 'tap'
import { parseRefreshToken } from '../../src/tokens/refresh-token.ts'
import type { Instance } from '../support/instance.ts'
import { readSnapshot } from '../support/read-snapshot.ts'
import { until } from '../support/until.ts'
import { call, dead, judge, lookup, serviceToken, signIn } from './caller.ts'
import { claimsOf } from './composed.ts'
import { setStage, skip, type Stage } from './stage.ts'
import { badStatuses, watchRevoked } from './watch.ts'

/** An instance dies between writing a revocation down and telling of it: nothing that was acknowledged is forgotten. */

const act = { reason: 'test', actor: 'test' }
/** Milliseconds. */
const bound = 1000

/** Asks until every token is known as revoked; answers how long after `since` the last wrong answer was asked for. */
async function lastWrongAnswer(instance: Instance, { bearer, tokens, since }: { bearer: string; tokens: string[]; since: number }) {
  let lastWrong = 0
  await until('every token is known as revoked', async () => {
    const askedAfter = performance.now() - since
    const { status, body } = await lookup(instance, bearer, tokens)
    const isKnown = status === 200 && body.results.every(result => result.revoked)
    if (!isKnown) lastWrong = askedAfter
    return isKnown
  })
  return lastWrong
}

/** Revokes tokens at an instance, all at once, and kills it when some have been acknowledged; answers which those are. */
async function killInABurst(victim: Instance, { client }: Stage, tokens: string[]): Promise<string[]> {
  const acknowledged: string[] = []
  const burst = tokens.map(async token => {
    const answer = await call(victim, '/oauth/revoke', { basic: client, form: { token } }).catch(() => undefined)
    if (answer?.status === 200 && acknowledged.push(token) === tokens.length / 4) await victim.kill()
  })
  await Promise.all(burst)
  return acknowledged
}

t.test('an instance that dies', { skip }, async t => {
  const stage = await setStage(t)
  const { stores, client } = stage
  const [one, survivor] = await stage.startTwo()
  const bearer = await serviceToken(survivor, client)

  await t.test('what is journalled and never announced is known within a second', async t => {
    const user = await stage.addUser()
    for (let round = 0; round < 4; round++) {
      const tokens = await signIn(one, user)
      await Promise.all([one, survivor].map(instance => lookup(instance, bearer, [tokens.accessToken])))
      await stores.grants.revoke(parseRefreshToken(tokens.refreshToken)!.grantId, act)
      const since = performance.now()
      const delays = await Promise.all([one, survivor].map(instance =>
        lastWrongAnswer(instance, { bearer, tokens: [tokens.accessToken], since })))
      t.ok(Math.max(...delays) < bound, 'asked a second later, both know', { delays })
      for (const instance of [one, survivor]) t.same(await judge(instance, client, tokens.accessToken), dead)
    }
  })

  await t.test('of a burst of revocations that a kill -9 cuts short every acknowledged one is known', async t => {
    let victim = one
    const cutShort: boolean[] = []
    for (let round = 0; round < 2; round++) {
      const tokens = await Promise.all(Array.from({ length: 120 }, () => serviceToken(victim, client)))
      const watch = watchRevoked({ instances: [survivor], client, bearer })
      const acknowledged = await killInABurst(victim, stage, tokens)
      const since = performance.now()
      const { body } = await lookup(survivor, bearer, acknowledged)
      t.same(body.results.filter(result => !result.revoked), [], 'at once, by the survivor')
      acknowledged.forEach(watch.add)
      cutShort.push(acknowledged.length < tokens.length)
      const { entries } = await readSnapshot(stores.journal)
      const journalled = tokens.filter(token => entries.some(entry => entry.value === claimsOf(token).jti))
      t.ok(journalled.length >= acknowledged.length)
      t.ok(await lastWrongAnswer(survivor, { bearer, tokens: journalled, since }) < bound)
      victim = await stage.start()
      const late = await lookup(victim, bearer, journalled)
      t.same(late.body.results.filter(result => !result.revoked), [], 'and by one that starts afterwards')
      const seen = await watch.stop()
      t.same([seen.wrong, badStatuses(seen)], [[], []])
    }
    t.ok(cutShort.includes(true), 'at least one burst was cut short')
  })
})
