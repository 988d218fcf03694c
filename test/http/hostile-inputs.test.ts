import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { basic, clientToken, createClient } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { signInAnew } from '../support/users.ts'

const marker = 'reflected-marker'
const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

interface Route {
  method: 'GET' | 'POST' | 'DELETE'
  url: string
  headers: Record<string, string>
  type?: typeof json | typeof form
  /** The members of a right body. */
  body?: Record<string, unknown>
}

/** Every route that takes a body, with all that is needed to come as far as the body. */
function bodyRoutes(token: { service: string; user: string; client: string }): Route[] {
  const user = { authorization: `Bearer ${token.user}` }
  const service = { authorization: `Bearer ${token.service}` }
  const oauth = { authorization: token.client }
  const post = (url: string, headers: Record<string, string>, body: Record<string, unknown>): Route =>
    ({ method: 'POST', url, headers, body, type: url.startsWith('/oauth/') ? form : json })
  return [
    post('/api/auth/register', {}, { email: 'x@example.com', password: 'long enough', name: 'x' }),
    post('/api/auth/login', {}, { email: 'x@example.com', password: 'long enough', refreshTokenIn: 'body', deviceSecret: 'x' }),
    post('/api/auth/refresh', {}, { refreshToken: 'x' }),
    post('/api/auth/logout', {}, { refreshToken: 'x' }),
    post('/api/auth/logout-all', {}, { refreshToken: 'x' }),
    post('/api/auth/password', user, { oldPassword: 'long enough', newPassword: 'long enough' }),
    post('/revocations/lookup', service, { tokens: [] }),
    post('/revocations', service, { target: 'user', value: 'x', reason: 'x' }),
    post('/oauth/token', oauth, { grant_type: 'refresh_token', refresh_token: 'x', scope: 'x' }),
    post('/oauth/revoke', oauth, { token: 'x', token_type_hint: 'x' }),
    post('/oauth/introspect', oauth, { token: 'x' })
  ]
}

const strange: unknown[] = [
  null, true, 0, -1, 1e308, '', ' ', '\u0000', '\ud800', '\u202e', marker, `<script>${marker}</script>`, "' OR 1=1 --", '${7*7}', '../../etc/passwd',
  'x'.repeat(5000), [], [[]], ['x'], {}, { toString: 'x' }, { $ne: null }
]

/** Bodies that are wrong whatever the route, as they go over the wire. */
const brokenJson = [
  '', '{', 'null', '[]', '"x"', '1', '{"a":1,}', `{"${marker}`, '{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', '\ufeff{}',
  '{"email":"a\\u0000b"}', '{"a":"\u0001"}', `${'['.repeat(30_000)}`, `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, '{"email":"\\ud800"}',
  '{"email":"a","email":"b"}', `{"x":"${'x'.repeat(70_000)}"}`, '{"iat":1e999}'
]
const brokenForm = [
  '', '=', '&&&', '%', 'token=%zz', 'token=%ff', 'token=%00', 'a=1&a=2', 'token=x&token=x', '%00=1', '__proto__=1&constructor=2', '{}',
  `x=${'x'.repeat(70_000)}`, Array.from({ length: 5000 }, (_, place) => `p${place}=`).join('&'), 'token[]=1', 'token[a]=1', `grant_type=${marker}`
]
const wrongTypes = ['text/plain', 'multipart/form-data; boundary=x', 'application/xml', `${json}; charset=utf-16`, `${form}; charset=latin1`, 'x', '/']

/** A refusal in our own shape that gives nothing back; a route may also find nothing wrong. */
function judge(t: Test, answer: LightMyRequestResponse, what: string): void {
  const faults: string[] = []
  if (answer.statusCode >= 500) faults.push(`status ${answer.statusCode}`)
  if (answer.body.includes(marker)) faults.push('the input comes back')
  if (answer.statusCode >= 400) {
    const body = answer.json<Record<string, unknown>>()
    if (typeof body['error'] !== 'string') faults.push('no error member')
    if (!('code' in body) && !('error_description' in body)) faults.push('neither code nor description')
    if (answer.headers['cache-control'] !== 'no-store') faults.push('may be cached')
    if (answer.headers['content-type'] !== 'application/json; charset=utf-8') faults.push('another content type')
  }
  t.ok(faults.length === 0, what, { faults, status: answer.statusCode, body: answer.body.slice(0, 200) })
}

function encode({ type, body }: Route, changes: object): string {
  const members = { ...body, ...changes } as Record<string, unknown>
  if (type === json) return JSON.stringify(members)
  const text = (value: unknown) => typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\ufffd') : JSON.stringify(value)
  return Object.entries(members).map(([name, value]) => `${name}=${encodeURIComponent(text(value))}`).join('&')
}

let address = 0
async function send(app: FastifyInstance, { method, url, headers }: Route, more: Pick<InjectOptions, 'payload' | 'headers'>) {
  address++
  return app.inject({
    method, url, ...more, headers: { ...headers, ...more.headers }, remoteAddress: `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`
  })
}

onEachStore(t, async (t, { app, service }) => {
  const client = await createClient(service, { scopes: ['revocations:read', 'revocations:write'] })
  const user = await signInAnew(app, service)
  const token = await clientToken(app, client)
  const routes = bodyRoutes({ service: token, user: user.accessToken, client: basic(client) })

  for (const route of routes) {
    t.test(`POST ${route.url} survives every body`, async t => {
      const headers = { 'content-type': route.type! }
      for (const body of route.type === json ? brokenJson : brokenForm) {
        judge(t, await send(app, route, { payload: body, headers }), body.slice(0, 40))
      }
      for (const bytes of [Buffer.from([0xff, 0xfe]), Buffer.from('{"email":"\xff"}', 'latin1'), Buffer.from('token=\xff', 'latin1'), Buffer.alloc(100)]) {
        const answer = await send(app, route, { payload: bytes, headers })
        judge(t, answer, bytes.toString('hex', 0, 16))
        t.ok(answer.statusCode >= 400, 'bytes that are no UTF-8')
      }
      for (const contentType of wrongTypes) {
        const answer = await send(app, route, { payload: encode(route, {}), headers: { 'content-type': contentType } })
        judge(t, answer, contentType)
        t.ok([400, 415].includes(answer.statusCode), `${contentType} is answered ${answer.statusCode}`)
      }
    })

    t.test(`POST ${route.url} survives every value of every member`, async t => {
      for (const name of Object.keys(route.body!)) {
        for (const value of strange) {
          const answer = await send(app, route, { payload: encode(route, { [name]: value }), headers: { 'content-type': route.type! } })
          judge(t, answer, `${name} is ${JSON.stringify(value).slice(0, 40)}`)
        }
      }
    })
  }

  t.test('no URL is answered with more than a refusal', async t => {
    const auth = { authorization: `Bearer ${token}` }
    const urls = [
      `/${marker}`, '/%zz', '/%', '/%ff', '/%00', '/%c0%ae', '//', '/..', '/?', `/?${marker}=%zz`, '/.env', '/oauth/token/', '/OAUTH/TOKEN',
      '/oauth/token%00', `/${'x'.repeat(10_000)}`, '/__proto__', '/constructor', '/revocations/%00', '/revocations/%zz', '/revocations/%ff',
      `/revocations/${'x'.repeat(1000)}`, '/revocations/__proto__', '/revocations/', '/api/auth/sessions/%00', '/api/auth/', `/api/auth/${marker}`,
      '/.well-known/', '/.well-known/jwks.json/', '/.well-known/openid-configuration?x=%zz', '/*', '*'
    ]
    for (const url of urls) {
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'] as const) {
        const answer = await app.inject({ method: method as 'GET', url, headers: auth })
        if (answer.statusCode < 400) continue
        judge(t, answer, `${method} ${url.slice(0, 40)}`)
      }
    }
  })

  t.test('no header makes it stumble', async t => {
    const values = ['', ' ', 'x'.repeat(8000), 'Bearer \u00ff', '\u00e4', '{}', '*/*;q=999999', marker, 'W/"x"', '-1', 'bytes=0-']
    for (const name of ['authorization', 'cookie', 'origin', 'accept', 'if-none-match', 'user-agent', 'x-forwarded-for', 'range', 'host', 'expect']) {
      for (const value of values) {
        for (const url of ['/api/auth/me', '/.well-known/jwks.json', '/revocations/x']) {
          const answer = await app.inject({ url, headers: { [name]: value } })
          if (answer.statusCode >= 400) judge(t, answer, `${name}: ${value.slice(0, 20)} at ${url}`)
        }
      }
    }
  })

  t.test('prototypes are as they were, and the service works', async t => {
    t.equal(({} as Record<string, unknown>)['x'], undefined)
    t.ok(await clientToken(app, client))
    t.equal((await app.inject('/readyz')).statusCode, 200)
  })
})
