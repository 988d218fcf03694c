import pg from 'pg'
import t from 'tap'
import type { GrantStanding } from '../../src/stores/grants.ts'
import { parseRefreshToken } from '../../src/tokens/refresh-token.ts'
import { onServer } from '../support/database.ts'
import { until } from '../support/until.ts'

import { alive, dead, judge, openSlowly, refresh, signIn, tryRefresh, type Tokens } from './caller.ts'
import { setStage, skip, type Stage } from './stage.ts'

/** One refresh token, two instances: every honest holder leaves with the same successor, a thief ends the family. */

const grantOf = (tokens: Tokens): string => parseRefreshToken(tokens.refreshToken)!.grantId

async function standing({ stores }: Stage, tokens: Tokens): Promise<GrantStanding> {
  return (await stores.grants.find(grantOf(tokens)))!
}

/** Moves every rotation of a grant into the past: no test waits for a grace to end. */
async function ageRotations({ databaseUrl }: Stage, tokens: Tokens, seconds: number): Promise<void> {
  await onServer(databaseUrl, `UPDATE grants SET rotations =
    ARRAY(SELECT moment - interval '${seconds} seconds' FROM unnest(rotations) WITH ORDINALITY AS r (moment, place)
      ORDER BY place) WHERE id = '${grantOf(tokens)}'`)
}

/** Starts requests while the grant's row is locked, and lets go when all of them wait for it. */
async function whileRowIsLocked<T>({ databaseUrl }: Stage, tokens: Tokens, begin: () => Promise<T>[]): Promise<T[]> {
  const locker = new pg.Client({ connectionString: databaseUrl })
  await locker.connect()
  try {
    await locker.query('BEGIN')
    await locker.query('SELECT 1 FROM grants WHERE id = $1 FOR UPDATE', [grantOf(tokens)])
    const begun = begin()
    await until('every request waits for the row', async () => {
      const { rows } = await locker.query<{ waiting: number }>(
        "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
      return rows[0]!.waiting === begun.length
    })
    await locker.query('COMMIT')
    return await Promise.all(begun)
  } finally {
    await locker.end()
  }
}

t.test('refreshing on two instances', { skip }, async t => {
  const stage = await setStage(t)
  const [one, other] = await stage.startTwo()
  const user = await stage.addUser()
  const instances = [one, other]

  await t.test('F89: 100 parallel refreshes of one token give everyone the same successor', async t => {
    const tokens = await signIn(one, user)
    const answers = await Promise.all(Array.from({ length: 100 }, (_, place) =>
      tryRefresh(instances[place % 2]!, tokens.refreshToken)))
    t.same([...new Set(answers.map(answer => answer.status))], [200])
    t.equal(new Set(answers.map(answer => answer.body.refreshToken)).size, 1)
    t.not(answers[0]!.body.refreshToken, tokens.refreshToken)
    t.equal(new Set(answers.map(answer => answer.body.accessToken)).size, 100)
    t.equal((await standing(stage, tokens)).generation, 2)
    t.same(await judge(other, stage.client, answers[0]!.body.accessToken!), alive)
  })

  await t.test('a client that lost the answer retries inside the grace and gets the same one', async t => {
    const tokens = await signIn(one, user)
    const lost = await refresh(one, tokens.refreshToken)
    await ageRotations(stage, tokens, 8)
    const retried = await refresh(other, tokens.refreshToken)
    t.equal(retried.refreshToken, lost.refreshToken)
    t.not(retried.accessToken, lost.accessToken)
    t.equal((await standing(stage, tokens)).generation, 2)
  })

  await t.test('a replay after the grace ends the family and its access tokens on both instances at once', async t => {
    const tokens = await signIn(one, user)
    const bystander = await signIn(other, user)
    const successor = await refresh(one, tokens.refreshToken)
    await ageRotations(stage, tokens, 11)
    const replay = await tryRefresh(one, tokens.refreshToken)
    t.match(replay, { status: 401, body: { code: 'TOKEN_INVALID' } })
    await until('the replay is logged', () => one.output().includes('"reason":"refresh-token/replayed"'))
    for (const instance of instances) {
      t.same(await judge(instance, stage.client, tokens.accessToken), dead)
      t.same(await judge(instance, stage.client, successor.accessToken), dead)
      t.equal((await tryRefresh(instance, successor.refreshToken)).status, 401)
      t.same(await judge(instance, stage.client, bystander.accessToken), alive, 'another family of the user lives')
    }
    await refresh(one, bystander.refreshToken)
  })

  await t.test('a request that is overtaken by two rotations of its token gets the current one', async t => {
    const tokens = await signIn(one, user)
    const queued = await openSlowly(other, '/api/auth/refresh', { refreshToken: tokens.refreshToken })
    const second = await refresh(one, tokens.refreshToken)
    const third = await refresh(one, second.refreshToken)
    const answer = await queued.finish()
    t.equal(answer.status, 200)
    t.equal(answer.body['refreshToken'], third.refreshToken)
    t.equal((await standing(stage, tokens)).generation, 3)
  })

  await t.test('requests that wait for one row all leave with the same successor', async t => {
    const tokens = await signIn(one, user)
    const answers = await whileRowIsLocked(stage, tokens, () =>
      Array.from({ length: 6 }, (_, place) => tryRefresh(instances[place % 2]!, tokens.refreshToken)))
    t.same(answers.map(answer => answer.status), [200, 200, 200, 200, 200, 200])
    t.equal(new Set(answers.map(answer => answer.body.refreshToken)).size, 1)
    t.equal((await standing(stage, tokens)).generation, 2)
  })
})
