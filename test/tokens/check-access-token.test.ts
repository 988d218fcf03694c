import t from 'tap'
import { createLookup } from '../../src/revocation/lookup.ts'
import { createCheckAccessTokens } from '../../src/tokens/check-access-token.ts'
import { createClient, createGrant } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { claimsOf, signInAnew } from '../support/users.ts'

onEachStore(t, async (t, { app, service, issuer }) => {
  const { ring, list, clock } = service
  let queries = 0
  const counting = <T extends unknown[], R>(act: (...args: T) => R) => (...args: T): R => {
    queries++
    return act(...args)
  }
  const { grants, clients } = service.stores
  const lookup = createLookup({
    list, isTrustedKey: () => true,
    grants: { ...grants, findOwners: counting(grants.findOwners) }, clients: { ...clients, list: counting(clients.list) }
  })
  const check = createCheckAccessTokens({ ring, lookup, clock, issuer })
  const user = await signInAnew(app, service)
  const { id: clientId } = await createClient(service)
  const { accessToken } = await createGrant(service, { clientId, userId: user.id, sessionId: user.sessionId, offline: true })

  t.test('a verified token that names no session is checked without a look at the database', async t => {
    t.notOk('sid' in claimsOf(accessToken))
    t.match((await check([accessToken, user.accessToken])).tokens, [{ revocation: { revoked: false } }, { revocation: { revoked: false } }])
    t.equal(queries, 0)
  })

  t.test('a caller who leaves the session out of the claims of one has it looked up', async t => {
    const { jti, sub, client_id } = claimsOf(user.accessToken) as { jti: string; sub: string; client_id: string }
    const claims = { jti, sub, client_id, kid: undefined }
    t.match((await lookup.check([claims])).answers, [{ revoked: false }])
    t.equal(queries, 1)
    await service.rooms.sessions.end(user.sessionId, user.id)
    t.match((await lookup.check([claims])).answers, [{ revoked: true, target: 'session' }])
    t.equal(queries, 2)
  })

  t.test('a token that outlives its session is good when that has ended', async t => {
    t.match((await check([accessToken])).tokens, [{ revocation: { revoked: false } }])
    t.match((await check([user.accessToken])).tokens, [{ revocation: { revoked: true } }])
  })
})
