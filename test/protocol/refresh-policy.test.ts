import t from 'tap'
import { judgeRefresh, type PresentedRefreshToken, type RefreshVerdict, type StandingGrant } from '../../src/protocol/refresh-policy.ts'

const grant: StandingGrant = {
  clientId: 'web', keyBinding: undefined, scopes: ['mail', 'files'], audience: ['one', 'two'], generation: 5, live: true, expired: false,
  rotationAges: [1, 5, 20, 30]
}
const token: PresentedRefreshToken = {
  generation: 4, clientId: 'web', keyBinding: undefined, scopes: [], resources: [], openAudience: undefined, authentic: true
}
const judge = (changes: Partial<PresentedRefreshToken>, standing: Partial<StandingGrant> = {}, grace = 10) =>
  judgeRefresh({ ...token, ...changes }, { ...grant, ...standing }, grace)

t.test('every fault has its verdict, and the first in order speaks', async t => {
  // Each step adds a fault that comes earlier: the later ones no longer show.
  const steps: Array<[Partial<PresentedRefreshToken>, Partial<StandingGrant>, RefreshVerdict]> = [
    [{ generation: 1 }, {}, 'replayed'],
    [{ generation: 6 }, {}, 'from-the-future'],
    [{ openAudience: ['one', 'three'] }, {}, 'audience-closed'],
    [{ resources: ['two', 'three'] }, {}, 'resource-not-granted'],
    [{ scopes: ['mail', 'admin'] }, {}, 'scope-too-wide'],
    [{}, { expired: true }, 'expired'],
    [{}, { live: false }, 'dead'],
    [{ keyBinding: 'other' }, {}, 'wrong-key'],
    [{ clientId: 'thief' }, {}, 'wrong-client'],
    [{ authentic: false }, {}, 'unknown']
  ]
  let [presented, standing]: [Partial<PresentedRefreshToken>, Partial<StandingGrant>] = [{}, {}]
  for (const [worse, worseGrant, verdict] of steps) {
    t.equal(judge(worse, worseGrant), verdict, `${verdict}, alone`)
    presented = { ...presented, ...worse }
    standing = { ...standing, ...worseGrant }
    t.equal(judge(presented, standing), verdict, `${verdict}, before all that comes later`)
  }
  t.equal(judgeRefresh(token, undefined, 10), 'unknown', 'no such grant')
})

t.test('a token rotated out within the grace is late, whether one step back or several', async t => {
  t.equal(judge({ generation: 4 }), 'late')
  t.equal(judge({ generation: 3 }), 'late')
  t.equal(judge({ generation: 2 }), 'replayed', 'twenty seconds are too long')
  t.equal(judge({ generation: 4, scopes: ['mail'], resources: ['two'], openAudience: ['two', 'one', 'three'] }), 'late')
})

t.test('the grace ends exactly at its end, and may be nothing', async t => {
  t.equal(judge({}, { rotationAges: [9.999] }), 'late')
  t.equal(judge({}, { rotationAges: [10] }), 'replayed')
  t.equal(judge({}, { rotationAges: [0] }, 0), 'replayed')
})

t.test('a generation that is no longer remembered is a replay', async t => {
  t.equal(judge({ generation: 1 }, { generation: 10, rotationAges: Array<number>(8).fill(1) }), 'replayed')
  t.equal(judge({ generation: 2 }, { generation: 10, rotationAges: Array<number>(8).fill(1) }), 'late')
})

t.test('the current generation has nothing wrong with it', async t => {
  t.equal(judge({ generation: 5 }), 'current')
})
