import t from 'tap'
import type { VerifyOptions } from '../../src/verifier/index.ts'
import { onEachPlatform, outcomeOf, signToken } from './scene.ts'

t.test('a maxAge that is no number leaves no route open', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const token = signToken(clock, { auth_time: 1 })
    await t.rejects(verifier.verify(token, { maxAge: 60 }), { code: 'insufficient_user_authentication' })
    for (const maxAge of [Number.NaN, -1, '60' as unknown as number]) await t.rejects(verifier.verify(token, { maxAge }), TypeError)
  })
})

t.test('nor does a demand that is misspelt, or of another kind: each is told by its name', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const token = signToken(clock, { acr: 'urn', scope: 'admin' })
    const wrong: Array<[unknown, RegExp]> = [
      [{ scopes: 'admin' }, /^scopes is no option: use request, scope, acrValues, maxAge, whenStale\.$/],
      [{ toString: 'x' }, /^toString /], [{ acrValues: 'urn:strong' }, /^acrValues /], [{ acrValues: [5] }, /^acrValues /], [{ scope: null }, /^scope /],
      [{ scope: 5 }, /^scope /], [{ scope: ['admin', undefined] }, /^scope /], [{ scope: { admin: true } }, /^scope /], [{ maxAge: null }, /^maxAge /],
      [{ whenStale: 'hope' }, /^whenStale /], [{ whenStale: null }, /^whenStale /], [{ request: null }, /^request /], [{ request: 'GET /' }, /^request /],
      ['admin', /an object of options/], [null, /an object of options/], [['admin'], /^0 is no option/]
    ]
    for (let use = 0; use < 2; use += 1) {
      for (const [asked, message] of wrong) {
        await t.rejects(verifier.verify(token, asked as VerifyOptions), { name: 'TypeError', message }, JSON.stringify(asked))
      }
      t.equal(await outcomeOf(verifier, token, { scope: 'admin', acrValues: ['urn'], whenStale: 'reject' }), 'good', 'also for a token that is known')
    }
    t.equal(await outcomeOf(verifier, token, { scope: undefined, acrValues: undefined, maxAge: undefined, whenStale: undefined, request: undefined }), 'good')
  })
})
