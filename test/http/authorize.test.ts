import t from 'tap'
import { claimsOf, createUser } from '../support/users.ts'
import { onEachStore } from '../support/service.ts'
import { createVisitor, createWebClient, obtainTokens, refreshTokens } from '../support/authorization.ts'

onEachStore(t, async (t, { app, service }) => {
  t.test('walk', async t => {
    const client = await createWebClient(service)
    const user = await createUser(service)
    const tokens = await obtainTokens(app, { client, user, visitor: createVisitor(app), changes: { scope: 'openid offline_access' } })
    t.equal(claimsOf(tokens.id_token)['sub'], user.id)
    t.equal((await refreshTokens(app, client, tokens)).statusCode, 200)
  })
})
