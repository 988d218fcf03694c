import { hash } from '@node-rs/bcrypt'
import t from 'tap'
import { onEachStore } from '../support/service.ts'
import { callApi, signIn, signInAnew } from '../support/users.ts'
import { secret } from '../support/secrets.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { call } = await openAdmin(t, opened)
  const me = async (token: string) => (await callApi(app, 'GET /api/auth/me', { token })).statusCode

  t.test('an operator makes a user with a role, who can sign in', async t => {
    const password = secret('a long enough password')
    const made = await call('POST /admin/users', { email: 'Anna@Example.com', password, name: 'Anna', role: 'admin' })
    t.match(made, { status: 201, body: { id: /^usr_/, email: 'anna@example.com', name: 'Anna', role: 'admin', disabledAt: null } })
    t.notMatch(JSON.stringify(made.body), /argon2/)
    const user = await signIn(app, { id: made.body['id'] as string, email: 'anna@example.com', password })
    t.equal(await me(user.accessToken), 200)
    t.match(await call('POST /admin/users', { email: 'ANNA@example.com', password }), { status: 409, body: { code: 'CONFLICT' } })
    const events = await service.stores.audit.list({ limit: 9, subject: user.id })
    const kinds = events.map(event => `${event.kind} by ${event.actor}`)
    t.strictSame(kinds, [
      'user/registered-again by admin', `user/signed-in by user:${user.id}`, 'user/registered by admin'
    ])
  })

  t.test('a user is imported with a hash of elsewhere', async t => {
    const password = secret('imported password')
    const passwordHash = secret(await hash(password, 4))
    const made = await call('POST /admin/users', { email: 'import@example.com', passwordHash })
    t.equal(made.status, 201)
    await t.resolves(signIn(app, { id: '', email: 'import@example.com', password }))
    for (const body of [
      { passwordHash: 'plain text' }, { passwordHash: '$argon2id$v=19$m=99999999,t=9,p=1$c2FsdHNhbHQ$aGFzaA' }, {},
      { password, passwordHash }
    ]) t.match(await call('POST /admin/users', { email: 'other@example.com', ...body }), { status: 400 })
    t.match(await call('POST /admin/users', { email: 'other@example.com', password: 'short' }), { status: 400, body: { error: /8 to 256/ } })
    t.match(await call('POST /admin/users', { email: 'nobody', password }), { status: 400 })
  })

  t.test('users are listed in pages without their hashes', async t => {
    const { body } = await call('GET /admin/users?limit=1')
    const [first] = body['users'] as Array<{ id: string }>
    const rest = await call(`GET /admin/users?after=${first!.id}`)
    t.notOk((rest.body['users'] as Array<{ id: string }>).some(({ id }) => id === first!.id))
    t.notMatch(JSON.stringify([body, rest.body]), /argon2|\$2b/)
    t.equal((await call('GET /admin/users?limit=0')).status, 400)
    t.equal((await call('GET /admin/users?order=name')).status, 400)
  })

  t.test('an operator says who a user is', async t => {
    const user = await signInAnew(app, service)
    const path = `PATCH /admin/users/${user.id}`
    t.match((await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).json(), { email_verified: false })
    const claims = { given_name: 'Ada', address: { locality: 'London' } }
    t.match(await call(path, { name: 'Ada Lovelace', email_verified: true, claims }), {
      status: 200, body: { id: user.id, name: 'Ada Lovelace', email_verified: true, claims, updatedAt: String }
    })
    t.match((await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).json(), { email_verified: true, name: 'Ada Lovelace' }, 'and nobody is signed out')
    t.match(await call(`PATCH /admin/users/${encodeURIComponent(user.email)}`, { name: null, claims: { given_name: null } }), {
      status: 200, body: { name: null, email_verified: true, claims: { given_name: undefined, address: { locality: 'London' } } }
    })
    for (const body of [
      {}, { name: '' }, { name: 5 }, { email_verified: 'yes' }, { claims: [] }, { claims: { sub: 'x' } }, { claims: { role: 'admin' } },
      { claims: { picture: 'javascript:alert(1)' } }, { claims: { birthdate: 'yesterday' } }, { claims: { given_name: '\ud800' } },
      { claims: { given_name: 'Eve', phone_number: 'x' } }, { role: 'admin' }, { email: 'other@example.com' }
    ]) t.match(await call(path, body), { status: 400, body: { code: 'VALIDATION_FAILED' } }, JSON.stringify(body))
    t.match(await call(path, { claims: { birthdate: 'yesterday' } }), { body: { error: /^The claim birthdate is no date/ } })
    const { body } = await call(path, { email_verified: false })
    t.strictSame(body['claims'], { address: { locality: 'London' } }, 'what was refused changed nothing')
    t.equal((await call('PATCH /admin/users/usr_nobody', { name: 'x' })).status, 404)
    t.match(await service.stores.audit.list({ limit: 1, subject: user.id }), [{ kind: 'user/profile-set', actor: 'admin' }])
  })

  t.test('disabling signs out at once and stays until enabled, by id or address', async t => {
    const user = await signInAnew(app, service)
    t.match(await call(`POST /admin/users/${user.id}/disable`), { status: 200, body: { disabledAt: String } })
    t.equal(await me(user.accessToken), 401)
    await t.rejects(signIn(app, user), /401/)
    t.match(await call(`POST /admin/users/${encodeURIComponent(user.email.toUpperCase())}/enable`), {
      status: 200, body: { disabledAt: null }
    })
    t.equal(await me(user.accessToken), 401, 'what was ended stays ended')
    const again = await signIn(app, user)
    t.equal((await call(`POST /admin/users/${user.id}/enable`)).status, 200)
    t.equal(await me(again.accessToken), 200, 'enabling the enabled ends nothing')
    t.equal((await call('POST /admin/users/usr_nobody/disable')).status, 404)
  })

  t.test('a password set by an operator ends every session', async t => {
    const user = await signInAnew(app, service)
    const password = secret('the operator chose this')
    t.equal((await call(`POST /admin/users/${user.id}/password`, { password: 'short' })).status, 400)
    t.equal(await me(user.accessToken), 200)
    t.equal((await call(`POST /admin/users/${user.id}/password`, { password })).status, 200)
    t.equal(await me(user.accessToken), 401)
    await t.rejects(signIn(app, user), /401/)
    await t.resolves(signIn(app, { ...user, password }))
  })
})
