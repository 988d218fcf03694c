import t from 'tap'
import { clientToken, createClient, createGrant } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { callApi, claimsOf, signInAnew } from '../support/users.ts'

onEachStore(t, async (t, { app, service }) => {
  const writer = await createClient(service, { scopes: ['revocations:write', 'revocations:read'] })
  const token = await clientToken(app, writer)
  const revoke = (body: object, by = token) => callApi(app, 'POST /revocations', { body, token: by })
  const reason = 'reported stolen'
  const targetOf = async (jwt: string) => {
    const answer = await callApi(app, 'POST /revocations/lookup', { body: { tokens: [jwt] }, token })
    return answer.json<{ results: Array<{ target?: string }> }>().results[0]!.target
  }

  t.test('Q195: each target may be revoked, and the very next lookup knows it', async t => {
    const client = await createClient(service)
    for (const target of ['token', 'grant', 'session', 'user', 'client']) {
      const user = await signInAnew(app, service)
      const { grant, accessToken } = await createGrant(service, { clientId: client.id, userId: user.id, sessionId: user.sessionId })
      const values: Record<string, string> = {
        token: String(claimsOf(accessToken)['jti']), grant: grant.id, session: user.sessionId, user: user.id, client: client.id
      }
      const first = await revoke({ target, value: values[target], reason })
      t.equal(first.statusCode, 201, target)
      t.equal(await targetOf(accessToken), target)
      const { seq } = first.json<{ seq: number }>()
      const second = await revoke({ target, value: values[target], reason })
      t.equal(second.statusCode, 201, `${target} again`)
      t.ok(second.json<{ seq: number }>().seq >= seq && seq >= 1)
    }
    const [event] = await service.stores.audit.list({ limit: 1 })
    t.match(event, { kind: 'revocation/client', actor: `client:${writer.id}`, details: { reason } })
  })

  t.test("a client's own tokens are ended by its jti and by its id", async t => {
    const client = await createClient(service)
    const [one, other] = [await clientToken(app, client), await clientToken(app, client)]
    t.equal((await revoke({ target: 'token', value: claimsOf(one)['jti'], reason })).statusCode, 201)
    t.equal(await targetOf(one), 'token')
    t.equal(await targetOf(other), undefined)
    await revoke({ target: 'client', value: client.id, reason })
    t.equal(await targetOf(other), 'client')
  })

  t.test('keys and everything are not for this API', async t => {
    const kid = service.ring.signing().record.kid
    for (const [target, value] of [['key', kid], ['issuer', 'all'], ['issuer', '']] as const) {
      t.equal((await revoke({ target, value, reason })).statusCode, 400, target)
    }
    t.equal(await targetOf(token), undefined)
  })

  t.test('a target that does not exist is not found', async t => {
    for (const [target, value] of [
      ['token', 'x'], ['token', `${'A'.repeat(22)}.${'B'.repeat(12)}`], ['grant', 'x'], ['session', 'x'], ['user', 'usr_x'], ['client', 'x']
    ] as const) {
      const answer = await revoke({ target, value, reason })
      t.equal(answer.statusCode, 404, target)
      t.match(answer.json(), { error: 'invalid_request' })
    }
  })

  t.test('a malformed request is refused', async t => {
    for (const body of [
      {}, { target: 'user', value: 'x' }, { target: 'user', reason }, { target: 'nothing', value: 'x', reason },
      { target: 'user', value: '', reason }, { target: 'user', value: 'x', reason: '' }, { target: 'user', value: 1, reason },
      { target: ['user'], value: 'x', reason }, { target: 'user', value: 'x'.repeat(201), reason }
    ]) t.equal((await revoke(body)).statusCode, 400, JSON.stringify(body).slice(0, 60))
  })

  t.test('reading is not writing', async t => {
    const reader = await createClient(service, { scopes: ['revocations:read'] })
    const user = await signInAnew(app, service)
    const answer = await revoke({ target: 'user', value: user.id, reason }, await clientToken(app, reader))
    t.equal(answer.statusCode, 403)
    t.match(answer.headers['www-authenticate'], /error="insufficient_scope", scope="revocations:write"/)
    t.equal((await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).statusCode, 200)
  })

  t.test('a revoked caller is out at once', async t => {
    const caller = await createClient(service, { scopes: ['revocations:write'] })
    const own = await clientToken(app, caller)
    t.equal((await revoke({ target: 'client', value: caller.id, reason }, own)).statusCode, 201)
    t.equal((await revoke({ target: 'client', value: caller.id, reason }, own)).statusCode, 401)
  })
})
