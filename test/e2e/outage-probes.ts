import { randomBytes } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import type { Service } from '../../src/compose.ts'
import { createGrant } from '../support/clients.ts'
import type { Instance } from '../support/instance.ts'
import { call, serviceToken, signIn, type Answer, type Tokens } from './caller.ts'
import { claimsOf } from './composed.ts'
import type { Stage, TestUser } from './stage.ts'

/** For every route of the outage table one request that succeeds when nothing is away. */

/** What the requests spend; made while all is well. */
export interface Supplies {
  user: TestUser
  /** One session each, because a request ends its own. */
  sessions: Tokens[]
  bearer: string
  spareToken: string
  /** Of a grant to the stage's client. */
  clientRefreshToken: string
  /** Of a grant with `openid`. */
  userToken: string
  /** Of another user: to be signed out everywhere. */
  bystander: Tokens
  /** The sequence of a revocation that is alive. */
  revocation: number
}

const sessionsNeeded = 6

export async function makeSupplies(stage: Stage, maker: Service, instance: Instance): Promise<Supplies> {
  const user = await stage.addUser()
  const sessions: Tokens[] = []
  for (let made = 0; made < sessionsNeeded; made++) sessions.push(await signIn(instance, user))
  const owner = await stage.addUser()
  const bystander = await signIn(instance, owner)
  const { sid } = claimsOf(bystander.accessToken)
  const { refreshToken } = await createGrant(maker, { clientId: stage.client.id, userId: owner.id, sessionId: sid! })
  const { accessToken } = await createGrant(maker, {
    clientId: stage.client.id, userId: user.id, sessionId: claimsOf(sessions.at(-1)!.accessToken).sid!, scopes: ['openid']
  })
  return {
    user, sessions, bystander, clientRefreshToken: refreshToken, userToken: accessToken,
    revocation: await maker.rooms.revoker.revoke('token', 'a-token', { reason: 'test', actor: 'test' }),
    bearer: await serviceToken(instance, stage.client),
    spareToken: await serviceToken(instance, stage.client)
  }
}

export type Probe = (instance: Instance) => Promise<Answer>

/** Of what has no end, or is no JSON, no more than how it begins. */
const begin = (path: string, bearer?: string): Probe => async ({ url }) => {
  const answer = await fetch(url + path, { headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } })
  const { status, headers, ok } = answer
  if (ok) await answer.body?.cancel()
  return { status, headers, body: ok ? {} : await answer.json() as Answer['body'] }
}

export function probesWith(supplies: Supplies, { client }: Stage): Record<string, Probe> {
  const { user, sessions, bearer, spareToken, clientRefreshToken, userToken, bystander, revocation } = supplies
  const [toRefresh, toEnd, reader, changer, toDelete] = sessions as [Tokens, Tokens, Tokens, Tokens, Tokens]
  const get = (path: string, token?: string): Probe => instance => call(instance, path, token === undefined ? {} : { bearer: token })
  const post = (path: string, json: object, token?: string): Probe =>
    instance => call(instance, path, { json, ...(token !== undefined && { bearer: token }) })
  const form = (path: string, fields: Record<string, string>): Probe => instance => call(instance, path, { basic: client, form: fields })
  return {
    'GET /healthz': get('/healthz'),
    'GET /readyz': get('/readyz'),
    'GET /.well-known/jwks.json': get('/.well-known/jwks.json'),
    'GET /.well-known/openid-configuration': get('/.well-known/openid-configuration'),
    'GET /.well-known/oauth-authorization-server': get('/.well-known/oauth-authorization-server'),
    'POST /oauth/token (client_credentials)': form('/oauth/token', { grant_type: 'client_credentials' }),
    'POST /oauth/token (refresh_token)':
      form('/oauth/token', { grant_type: 'refresh_token', refresh_token: clientRefreshToken }),
    'POST /oauth/revoke': form('/oauth/revoke', { token: spareToken }),
    'POST /oauth/introspect': form('/oauth/introspect', { token: bearer }),
    'GET /oauth/userinfo': get('/oauth/userinfo', userToken),
    'POST /revocations/lookup': post('/revocations/lookup', { tokens: [bearer] }, bearer),
    'GET /revocations/:jti': get(`/revocations/${claimsOf(bearer).jti}`, bearer),
    'POST /revocations':
      post('/revocations', { target: 'token', value: claimsOf(spareToken).jti, reason: 'test' }, bearer),
    'GET /revocations/snapshot': begin('/revocations/snapshot', bearer),
    'GET /revocations/feed': begin('/revocations/feed?after=0', bearer),
    'GET /revocations (long polling)': get('/revocations?after=0&wait=0', bearer),
    'POST /revocations/ack': post('/revocations/ack', { instance: 'orders-1', point: '0.AAAAAAAAAAAAAAAA' }, bearer),
    'DELETE /revocations/ack': instance => call(instance, '/revocations/ack?instance=orders-2', { method: 'DELETE', bearer }),
    'GET /revocations/:seq/reach': get(`/revocations/${revocation}/reach`, bearer),
    'GET /status-lists': get('/status-lists'),
    'GET /status-lists/:list': begin(`/status-lists/0.${decodeProtectedHeader(bearer).kid}`),
    'POST /api/auth/register':
      post('/api/auth/register', { email: `${randomBytes(6).toString('hex')}@example.com`, password: user.password }),
    'POST /api/auth/login': post('/api/auth/login', { email: user.email, password: user.password }),
    'POST /api/auth/refresh': post('/api/auth/refresh', { refreshToken: toRefresh.refreshToken }),
    'POST /api/auth/logout': post('/api/auth/logout', { refreshToken: toEnd.refreshToken }),
    'GET /api/auth/me': get('/api/auth/me', reader.accessToken),
    'GET /api/auth/sessions': get('/api/auth/sessions', reader.accessToken),
    'DELETE /api/auth/sessions/:id': instance =>
      call(instance, `/api/auth/sessions/${claimsOf(toDelete.accessToken).sid}`, { method: 'DELETE', bearer: reader.accessToken }),
    'POST /api/auth/password': post('/api/auth/password',
      { oldPassword: user.password, newPassword: `${user.password}-new` }, changer.accessToken),
    'POST /api/auth/logout-all': post('/api/auth/logout-all', { refreshToken: bystander.refreshToken })
  }
}
