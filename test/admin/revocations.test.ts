import t from 'tap'
import { onEachStore } from '../support/service.ts'
import { createClient, createGrant, clientToken } from '../support/clients.ts'
import { askStatus } from '../support/status-lists.ts'
import { callApi, claimsOf, signInAnew, type SignedInUser } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { call } = await openAdmin(t, opened)
  const revoke = (target: string, value?: string) => call('POST /admin/revocations', { target, reason: 'drill', ...(value && { value }) })
  const isAlive = async (user: SignedInUser) =>
    (await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).statusCode === 200

  t.test('each way to name what a user holds ends it', async t => {
    const ways: Array<[string, (user: SignedInUser) => string]> = [
      ['token', user => claimsOf(user.accessToken)['jti'] as string], ['token', user => user.accessToken],
      ['token', user => user.refreshToken], ['grant', user => user.grantId], ['session', user => user.sessionId],
      ['user', user => user.id], ['user', user => user.email]
    ]
    for (const [target, valueOf] of ways) {
      const [user, bystander] = [await signInAnew(app, service), await signInAnew(app, service)]
      t.match(await revoke(target, valueOf(user)), { status: 201, body: { seq: Number } })
      t.equal(await isAlive(user), false, target)
      t.equal(await isAlive(bystander), true)
    }
  })

  t.test('a revocation is told in the audit trail with its reason', async t => {
    const user = await signInAnew(app, service)
    await revoke('user', user.id)
    const { body } = await call(`GET /admin/audit?limit=1&subject=${user.id}`)
    t.match(body['events'], [{ kind: 'revocation/user', actor: 'admin', details: { reason: 'drill' } }])
    t.equal((await call('GET /admin/audit?limit=all')).status, 400)
  })

  t.test('a whole token ends its grant where it names a status list, though its API has left the lists since', async t => {
    const [orders, shop] = ['https://orders.example', await createClient(service)]
    await service.stores.apis.create({ identifier: orders, name: 'Orders', scopes: [], tokenLifetime: undefined, clients: [], statusList: true }, 'admin')
    await service.pulse.refresh()
    const begin = async () => {
      const { id: userId, sessionId } = await signInAnew(app, service)
      return createGrant(service, { clientId: shop.id, userId, sessionId, audience: [orders] })
    }
    const [made, other, gone] = [await begin(), await begin(), await begin()]
    await service.stores.apis.change(orders, { statusList: false }, 'admin')
    await service.pulse.refresh()
    const plain = await begin()

    const first = await revoke('token', made.accessToken)
    t.match(first, { status: 201, body: { target: 'grant', value: made.grant.id } })
    t.strictSame(await revoke('token', made.accessToken), first, 'once more')
    t.equal(await askStatus(app, made.accessToken), 1)
    t.equal((await service.stores.grants.find(made.grant.id))!.live, false)
    t.equal(await askStatus(app, other.accessToken), 0)

    const jti = claimsOf(other.accessToken)['jti'] as string
    t.match(await revoke('token', jti), { status: 201, body: { target: 'token' } }, 'a bare jti does not say that it has a place')
    t.match(await revoke('token', other.accessToken), { status: 201, body: { target: 'grant' } }, 'and does not stand in the way')
    t.equal(await askStatus(app, other.accessToken), 1)

    t.match(await revoke('token', plain.accessToken), { status: 201, body: { target: 'token' } })
    t.equal((await service.stores.grants.find(plain.grant.id))!.live, true, 'a token without a place ends alone')
    await call(`DELETE /admin/clients/${shop.id}`)
    t.match(await revoke('token', gone.accessToken), { status: 201, body: { target: 'token' } }, 'there is no grant any more')
  })

  t.test('a client is ended with the tokens it has, not those that come', async t => {
    const client = await createClient(service)
    const token = await clientToken(app, client)
    t.equal((await revoke('client', client.id)).status, 201)
    const isDead = async (jti: string) => (await service.rooms.lookup.check([{ jti, kid: undefined }])).answers[0]!.revoked
    t.equal(await isDead(claimsOf(token)['jti'] as string), true)
    t.equal(await isDead(claimsOf(await clientToken(app, client))['jti'] as string), false)
  })

  t.test('what is not there is not found, and a malformed target is refused', async t => {
    for (const [target, value] of [
      ['user', 'usr_none'], ['client', 'none'], ['token', 'none'], ['key', 'none'], ['session', 'none']
    ] as const) {
      t.equal((await revoke(target, value)).status, 404, target)
    }
    t.equal((await revoke('user')).status, 400)
    t.equal((await revoke('issuer', 'x')).status, 400)
    t.equal((await call('POST /admin/revocations', { target: 'issuer' })).status, 400, 'without a reason')
  })

  t.test('everything ends at once, and sign-in goes on', async t => {
    const user = await signInAnew(app, service)
    t.match(await revoke('issuer'), { status: 201, body: { target: 'issuer', seq: Number } })
    t.equal(await isAlive(user), false)
    t.equal(await isAlive(await signInAnew(app, service)), true)
  })

  t.test('a key named as a target leaves one that signs and one that waits', async t => {
    const kid = service.ring.signing().record.kid
    t.equal((await revoke('key', kid)).status, 201)
    t.not(service.ring.signing().record.kid, kid)
    t.equal(await isAlive(await signInAnew(app, service)), true)
  })
})
