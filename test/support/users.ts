import { randomBytes } from 'node:crypto'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Service } from '../../src/compose.ts'
import { secret } from './secrets.ts'

/** People who sign in. */

export interface TestUser {
  id: string
  email: string
  password: string
}

export interface SignedInUser extends TestUser {
  accessToken: string
  refreshToken: string
  deviceSecret: string
  sessionId: string
  grantId: string
}

/** An account, as an operator makes it. */
export async function createUser(service: Service, changes: { passwordHash?: string; password?: string } = {}): Promise<TestUser> {
  const email = `user-${randomBytes(6).toString('hex')}@example.com`
  const password = secret(changes.password ?? `pw-${randomBytes(9).toString('base64url')}`)
  const { userId } = await service.rooms.register({ email, password, name: undefined, actor: 'admin', ...changes })
  return { id: userId, email, password }
}

export interface ApiRequest {
  body?: object
  token?: string
  headers?: Record<string, string>
  cookies?: Record<string, string>
  remoteAddress?: string
}

/** A JSON request; the path says the method too: `POST /api/auth/login`. */
export function callApi(app: FastifyInstance, route: string, request: ApiRequest = {}): Promise<LightMyRequestResponse> {
  const [method, url] = route.split(' ') as [NonNullable<InjectOptions['method']>, string]
  const { body, token, headers, cookies, remoteAddress } = request
  return app.inject({
    method,
    url,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body && { payload: body }),
    ...(cookies && { cookies }),
    ...(remoteAddress !== undefined && { remoteAddress })
  })
}

/** Signs in without cookies. */
export async function signIn(app: FastifyInstance, user: TestUser): Promise<SignedInUser> {
  const answer = await callApi(app, 'POST /api/auth/login', {
    body: { email: user.email, password: user.password, refreshTokenIn: 'body' }
  })
  if (answer.statusCode !== 200) throw new Error(`signing in was answered ${answer.statusCode}: ${answer.body}`)
  const body = answer.json<Record<'accessToken' | 'refreshToken' | 'deviceSecret', string>>()
  const { sid, grant_id: grantId } = claimsOf(body.accessToken) as { sid: string; grant_id: string }
  for (const text of [body.accessToken, body.refreshToken, body.deviceSecret]) secret(text)
  return { ...user, ...body, sessionId: sid, grantId }
}

/** A new account, signed in. */
export async function signInAnew(app: FastifyInstance, service: Service): Promise<SignedInUser> {
  return signIn(app, await createUser(service))
}

/** The payload of a JWT, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
}

/** The cookies an answer sets: name to value, and each whole line. */
export function cookiesOf(answer: LightMyRequestResponse): { values: Record<string, string>; lines: string[] } {
  const lines = [answer.headers['set-cookie'] ?? []].flat()
  return { lines, values: Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value])) }
}
