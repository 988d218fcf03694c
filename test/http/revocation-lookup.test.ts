import t from 'tap'
import { clientToken, createClient, createGrant, postForm } from '../support/clients.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService, type OpenedService } from '../support/service.ts'
import { callApi, claimsOf, signInAnew } from '../support/users.ts'

interface Answer {
  seq: number
  results: Array<{ revoked: boolean; target?: string; since?: number }>
}

async function openWorld({ app, service }: OpenedService) {
  const caller = await createClient(service, { scopes: ['revocations:read'] })
  const token = await clientToken(app, caller)
  const send = (body: object) => callApi(app, 'POST /revocations/lookup', { body, token })
  const ask = async (body: object) => {
    const answer = await send(body)
    if (answer.statusCode !== 200) throw new Error(`the lookup was answered ${answer.statusCode}: ${answer.body}`)
    return answer.json<Answer>()
  }
  const kidOf = (jwt: string) => (JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid
  const claims = (jwt: string) => ({ ...claimsOf(jwt), kid: kidOf(jwt) }) as Record<string, string | number>
  return { caller, token, send, ask, claims }
}

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { token, send, ask, claims } = await openWorld(opened)
  const act = { reason: 'test', actor: 'admin' }

  t.test('tokens are judged in the order they were asked', async t => {
    const [good, dead] = [await signInAnew(app, service), await signInAnew(app, service)]
    await callApi(app, 'POST /api/auth/logout', { token: dead.accessToken })
    const { seq, results } = await ask({ tokens: ['garbage', dead.accessToken, token, good.accessToken, `${token}x`, ''] })
    const since = results[1]!.since!
    t.ok(Math.abs(since - Date.now() / 1000) < 120)
    t.ok(seq >= 1)
    const invalid = { revoked: true, target: 'invalid' }
    t.strictSame(results, [
      invalid, { revoked: true, target: 'session', since }, { revoked: false }, { revoked: false }, invalid, invalid
    ])
  })

  t.test('each target covers what it names and nothing else', async t => {
    const bystander = await signInAnew(app, service)
    const client = await createClient(service)
    const ends: Array<[string, (user: typeof bystander, jti: string, grantId: string) => [string, string]]> = [
      ['token', (_, jti) => ['token', jti]],
      ['grant', (_, __, grantId) => ['grant', grantId]],
      ['session', user => ['session', user.sessionId]],
      ['user', user => ['user', user.id]],
      ['client', () => ['client', client.id]]
    ]
    for (const [target, name] of ends) {
      const user = await signInAnew(app, service)
      const { grant, accessToken } = await createGrant(service, {
        clientId: client.id, userId: user.id, sessionId: user.sessionId
      })
      const [kind, value] = name(user, String(claimsOf(accessToken)['jti']), grant.id)
      await service.rooms.revoker.revoke(kind as 'token', value, act)
      const { results } = await ask({ tokens: [accessToken, bystander.accessToken] })
      t.match(results, [{ revoked: true, target }, { revoked: false }], target)
      t.equal((await ask({ claims: [claims(accessToken)] })).results[0]!.target, target, `${target}, by claims`)
    }
  })

  t.test('Q197: what is granted after a cut-off lives', async t => {
    const client = await createClient(service)
    const user = await signInAnew(app, service)
    await service.rooms.revoker.revoke('user', user.id, act)
    await service.rooms.revoker.revoke('client', client.id, act)
    const again = await callApi(app, 'POST /api/auth/login', { body: { email: user.email, password: user.password } })
    const { accessToken } = again.json<{ accessToken: string }>()
    const { results } = await ask({ tokens: [user.accessToken, accessToken, await clientToken(app, client)] })
    t.match(results, [{ revoked: true, target: 'user' }, { revoked: false }, { revoked: false }])
  })

  t.test('claims that are left out are found by the jti', async t => {
    const user = await signInAnew(app, service)
    const { jti, iat, kid } = claims(user.accessToken)
    const own = claims(token)
    const partial = [{ jti, iat, kid }, { jti, iat, kid, sub: user.id }, { jti: own['jti'], iat: own['iat'], kid: own['kid'] }]
    t.strictSame((await ask({ claims: partial })).results, Array(3).fill({ revoked: false }))
    await service.rooms.revoker.revoke('user', user.id, act)
    t.match((await ask({ claims: partial })).results, [{ target: 'user' }, { target: 'user' }, { revoked: false }])
  })

  t.test('claims that no token of ours has are invalid', async t => {
    const full = claims((await signInAnew(app, service)).accessToken)
    const { jti, iat, kid, grant_id: grantId } = full
    const strange = [
      { jti: 'x', iat, kid }, { jti: `${'A'.repeat(22)}.${'B'.repeat(12)}`, iat, kid },
      { jti: `c.${'A'.repeat(16)}.1.${'B'.repeat(12)}`, iat, kid }, { jti, iat, kid, grant_id: `${grantId}B` },
      { jti, iat, kid, sub: 'usr_other' }, { jti, iat, kid, client_id: 'other' }, { ...full, grant_id: `${grantId}B` }
    ]
    t.strictSame((await ask({ claims: strange })).results, strange.map(() => ({ revoked: true, target: 'invalid' })))
  })

  t.test('an unknown kid is a revoked key', async t => {
    const { jti, iat } = claims(token)
    t.strictSame((await ask({ claims: [{ jti, iat, kid: 'unknown' }] })).results, [{ revoked: true, target: 'key' }])
  })

  t.test('a request that is not what it must be is refused, a thousand at a time are not', async t => {
    const own = claims(token)
    const complete = { jti: own['jti'], iat: own['iat'], kid: own['kid'] }
    for (const name of ['jti', 'iat', 'kid'] as const) {
      const answer = await send({ claims: [complete, { ...complete, [name]: undefined }] })
      t.equal(answer.statusCode, 400, name)
      t.match(answer.json(), { error: 'invalid_request', error_description: /is missing/ })
    }
    for (const wrong of [
      {}, { tokens: [], claims: [] }, { tokens: 'x' }, { tokens: [1] }, { claims: [[]] }, { claims: [{ ...complete, sub: 1 }] },
      { claims: [{ ...complete, jti: '' }] }, { claims: [{ ...complete, iat: '1' }] }, []
    ]) t.equal((await send(wrong)).statusCode, 400, JSON.stringify(wrong))
    const { results } = await ask({ tokens: Array(1000).fill(token) })
    t.equal(results.length, 1000)
    t.ok(results.every(result => !result.revoked))
    t.equal((await ask({ claims: Array(1000).fill(complete) })).results.length, 1000)
    t.equal((await send({ tokens: Array(1001).fill('x') })).statusCode, 400)
    t.equal((await send({ claims: Array(1001).fill(complete) })).statusCode, 400)
    t.strictSame((await ask({ tokens: [] })).results, [])
  })

  t.test('one jti may be asked by GET', async t => {
    const user = await signInAnew(app, service)
    const jti = String(claimsOf(user.accessToken)['jti'])
    const get = (name: string) => callApi(app, `GET /revocations/${encodeURIComponent(name)}`, { token })
    t.match((await get(jti)).json(), { revoked: false, seq: Number })
    await callApi(app, 'POST /api/auth/logout', { token: user.accessToken })
    t.match((await get(jti)).json(), { revoked: true, target: 'session', since: Number, seq: Number })
    t.match((await callApi(app, `GET /revocations/${jti}?kid=foreign`, { token })).json(), { revoked: true, target: 'key' })
    t.equal((await get('\0')).statusCode, 400)
    for (const name of ['x', '%', 'ключ', 'x'.repeat(200)]) {
      const answer = await get(name)
      t.equal(answer.statusCode, 200)
      t.match(answer.json(), { revoked: true, target: 'invalid' })
    }
    t.equal((await get('x'.repeat(300))).statusCode, 400)
  })
})

t.test('Q196: when the list cannot be confirmed the answer is 503, never "not revoked"', async t => {
  const clock = createTestClock(Date.now())
  const opened = await openService(t, { store: 'embedded', clock })
  const { caller, token, send } = await openWorld(opened)
  await opened.service.pulse.stop()
  await opened.service.stores.close()
  clock.advance(2)
  for (const answer of [
    await send({ tokens: [token] }),
    await callApi(opened.app, 'GET /revocations/x', { token }),
    await callApi(opened.app, 'GET /api/auth/me', { token }),
    await postForm(opened.app, { url: '/oauth/introspect', client: caller, form: { token } })
  ]) {
    t.equal(answer.statusCode, 503)
    t.match(answer.headers['retry-after'], /^[1-9]\d*$/)
    t.match(answer.body, /temporarily_unavailable/i)
  }
})
