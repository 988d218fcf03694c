import t from 'tap'
import { onEachPlatform, signToken } from './scene.ts'

t.test('a maxAge that is no number leaves no route open', async t => {
  onEachPlatform(t, async (t, { verifier, clock }) => {
    const token = signToken(clock, { auth_time: 1 })
    await t.rejects(verifier.verify(token, { maxAge: 60 }), { code: 'insufficient_user_authentication' })
    for (const maxAge of [Number.NaN, -1, '60' as unknown as number]) await t.rejects(verifier.verify(token, { maxAge }), TypeError)
  })
})
