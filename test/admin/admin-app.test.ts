import t from 'tap'
import { onEachStore } from '../support/service.ts'
import { callApi } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

onEachStore(t, async (t, opened) => {
  const { service } = opened
  const { admin, call, token } = await openAdmin(t, opened)

  t.test('the admin API answers the admin token alone', async t => {
    for (const [headers, status, code] of [
      [{}, 401, 'TOKEN_MISSING'],
      [{ authorization: 'Basic dTpw' }, 401, 'TOKEN_MISSING'],
      [{ authorization: `Bearer ${token}x` }, 401, 'TOKEN_INVALID'],
      [{ authorization: `Bearer ${token.slice(0, -1)}` }, 401, 'TOKEN_INVALID'],
      [{ authorization: 'Bearer' }, 401, 'TOKEN_INVALID'],
      [{ authorization: `Bearer ${token}` }, 200, undefined]
    ] as const) {
      const answer = await admin.inject({ url: '/admin/users', headers })
      t.equal(answer.statusCode, status)
      t.equal(answer.json<{ code?: string }>().code, code)
      if (status === 401) t.match(answer.headers['www-authenticate'], /^Bearer realm=/)
    }
  })

  t.test('every route of the admin API is guarded', async t => {
    for (const route of [
      'GET /admin/users', 'POST /admin/users', 'POST /admin/users/x/disable', 'POST /admin/users/x/enable',
      'POST /admin/users/x/password', 'GET /admin/clients', 'POST /admin/clients', 'POST /admin/clients/x/rotate-secret',
      'DELETE /admin/clients/x', 'GET /admin/keys', 'POST /admin/keys/rotate', 'POST /admin/keys/x/remove',
      'POST /admin/keys/reseal', 'POST /admin/revocations', 'GET /admin/audit', 'GET /admin/doctor'
    ]) t.equal((await callApi(admin, route)).statusCode, 401, route)
  })

  t.test('a browser is refused, the right token or not', async t => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:3001']) {
      const { status, body } = await call('GET /admin/users', undefined, { token, headers: { origin } })
      t.equal(status, 403)
      t.equal(body['code'], 'CROSS_SITE_REQUEST')
      t.equal((await admin.inject({ url: '/readyz', headers: { origin } })).statusCode, 403)
    }
    const preflight = await admin.inject({
      method: 'OPTIONS', url: '/admin/users', headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' }
    })
    t.not(preflight.statusCode, 200)
    t.notHas(preflight.headers, { 'access-control-allow-origin': /./ })
  })

  t.test('health is open and tells the state of each part', async t => {
    t.strictSame((await admin.inject('/healthz')).json(), { status: 'ok' })
    const ready = await admin.inject('/readyz')
    t.equal(ready.statusCode, 200)
    t.match(ready.json(), {
      status: 'ready',
      parts: {
        database: { status: 'ok', lastReadSecondsAgo: Number }, keys: { status: 'ok' },
        redis: { status: service.stores.kind === 'embedded' ? 'not-used' : 'ok' }, revocations: { entries: 0, head: 0 }
      }
    })
  })

  t.test('metrics are open and hold the gauges of the instance', async t => {
    const { body, headers } = await admin.inject('/metrics')
    t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/)
    for (const line of [
      /^countersign_ready 1$/m, /^countersign_state_age_seconds [0-9.e-]+$/m, /^countersign_revocation_list_entries 0$/m,
      /^countersign_revocation_list_head 0$/m, /^countersign_signing_key_age_seconds [0-9.e-]+$/m,
      /^# TYPE countersign_refusals_total counter$/m, /^process_resident_memory_bytes /m
    ]) t.match(body, line)
  })

  t.test('what is wrong with a body is said by its member', async t => {
    t.match(await call('POST /admin/users', { email: 7 }), { status: 400, body: { code: 'VALIDATION_FAILED', error: /email/ } })
    t.match(await call('POST /admin/revocations', { target: 'moon', reason: 'x' }), { status: 400, body: { error: /target/ } })
    t.match(await call('GET /admin/nothing'), { status: 404, body: { code: 'NOT_FOUND' } })
    t.match(await call('PUT /admin/users'), { status: 405, body: { code: 'METHOD_NOT_ALLOWED' } })
  })

  t.test('the doctor of a running instance finds it well', async t => {
    const { body } = await call('GET /admin/doctor')
    const findings = body['findings'] as Array<{ check: string; level: string }>
    t.strictSame([...new Set(findings.map(({ level }) => level))], ['ok'])
    t.equal(findings.filter(({ check }) => check === 'keys').length, 2)
  })

  t.test('an instance that drains is not ready', async t => {
    service.drain()
    const answer = await admin.inject('/readyz')
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '2')
    t.match((await admin.inject('/metrics')).body, /^countersign_ready 0$/m)
  })
})
