import t from 'tap'
import { keyPublishLead } from '../../src/protocol/limits.ts'
import type { KeyDescription } from '../../src/admin/describe-keys.ts'
import { createTestClock } from '../support/clock.ts'
import { onEachStore, openService } from '../support/service.ts'
import { callApi, signInAnew } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { app, service } = opened
  const { call } = await openAdmin(t, opened)
  const list = async (purpose: string) =>
    ((await call('GET /admin/keys')).body['keys'] as KeyDescription[]).filter(key => key.purpose === purpose)
  const shown = async () => (await app.inject('/.well-known/jwks.json')).json<{ keys: Array<{ kid: string }> }>().keys.map(({ kid }) => kid)

  t.test('keys are listed with their state and four times, and nothing secret', async t => {
    for (const purpose of ['sign', 'mac']) {
      t.match(await list(purpose), [
        { state: 'signing', publishedAt: String, signsFrom: String, signsUntil: String, removedAfter: String },
        { state: 'standby', publishedAt: String, signsFrom: String, signsUntil: null, removedAfter: null }
      ])
    }
    t.notMatch(JSON.stringify((await call('GET /admin/keys')).body), /"sealed"|"d"/)
  })

  t.test('a rotation waits until every verifier can know the standby', async t => {
    const [, standby] = await list('sign')
    const { status, body } = await call('POST /admin/keys/rotate', {})
    t.equal(status, 200)
    t.equal(body['kid'], standby!.kid)
    const lead = (Date.parse(body['signsFrom'] as string) - Date.parse(standby!.publishedAt)) / 1000
    t.ok(lead >= 600, 'published at least as long as caches live')
    t.equal((await list('sign'))[0]!.state, 'signing', 'until then the old one signs')
  })

  t.test('a forced rotation signs with the standby at once, and tokens of both are good', async t => {
    const before = await signInAnew(app, service)
    const [old, standby] = await list('sign')
    t.equal((await call('POST /admin/keys/rotate', { force: true })).body['kid'], standby!.kid)
    t.match(await list('sign'), [{ kid: old!.kid, state: 'verifying' }, { kid: standby!.kid, state: 'signing' }, { state: 'standby' }])
    const after = await signInAnew(app, service)
    for (const { accessToken } of [before, after]) {
      t.equal((await callApi(app, 'GET /api/auth/me', { token: accessToken })).statusCode, 200)
    }
  })

  t.test('a compromised key is refused at once and leaves the JWKS', async t => {
    const user = await signInAnew(app, service)
    const signing = (await list('sign')).find(({ state }) => state === 'signing')!
    t.match(await call(`POST /admin/keys/${signing.kid}/remove`, { compromised: false }), { status: 400, body: { error: /compromised/ } })
    t.ok((await shown()).includes(signing.kid))
    const removed = await call(`POST /admin/keys/${signing.kid}/remove`, { compromised: true })
    t.match(removed, { status: 200, body: { seq: Number } })
    t.equal((await callApi(app, 'GET /api/auth/me', { token: user.accessToken })).statusCode, 401)
    t.notOk((await shown()).includes(signing.kid))
    const keys = await list('sign')
    t.equal(keys.find(({ kid }) => kid === signing.kid)!.state, 'removed')
    t.equal(keys.filter(({ state }) => state === 'signing').length, 1)
    t.equal(keys.filter(({ state }) => state === 'standby').length, 1, 'another standby waits')
    t.strictSame((await call(`POST /admin/keys/${signing.kid}/remove`, { compromised: true })).body, removed.body, 'idempotent')
    t.equal((await call('POST /admin/keys/nothing/remove', { compromised: true })).status, 404)
  })

  t.test('there is nothing to seal anew under the same master key', async t => {
    t.strictSame(await call('POST /admin/keys/reseal'), { status: 200, body: { resealed: 0 } })
  })
})

t.test('a key that only hints need is listed as retired, until no session with an ID token of it can be alive', async t => {
  const clock = createTestClock(Date.now())
  const opened = await openService(t, { store: 'embedded', clock })
  const { rotation, pulse, ring } = opened.service
  const { call } = await openAdmin(t, opened)
  const { kid } = ring.signing().record
  const signsUntil = new Date(clock.now())
  await rotation.rotate('sign', { force: true, act: { reason: 'test', actor: 'admin' } })
  clock.advance(3600)
  await pulse.refresh()
  await rotation.tend()
  const keys = (await call('GET /admin/keys')).body['keys'] as KeyDescription[]
  const removedAfter = new Date(signsUntil.getTime() + (30 * 86_400 + keyPublishLead) * 1000)
  t.match(keys.filter(({ purpose }) => purpose === 'sign'), [
    { kid, state: 'retired', signsUntil: signsUntil.toISOString(), removedAfter: removedAfter.toISOString(), sealedWith: null },
    { state: 'signing', sealedWith: String }, { state: 'standby' }
  ])
  const findings = (await call('GET /admin/doctor')).body['findings'] as Array<{ status: string; message: string }>
  t.notMatch(JSON.stringify(findings.filter(({ status }) => status !== 'ok')), kid)
})
