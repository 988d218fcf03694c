import { once } from 'node:events'
import { request as openRequest, type IncomingMessage } from 'node:http'
import type { Instance } from '../support/instance.ts'
import { secret } from '../support/secrets.ts'
import type { TestClient, TestUser } from './stage.ts'

/** Calls to an instance, as the clients of the service make them. */

export interface Answer<Body = Record<string, unknown>> {
  status: number
  headers: Headers
  body: Body
}

export interface Tokens {
  accessToken: string
  refreshToken: string
}

type Target = Pick<Instance, 'url'>

export interface Call {
  method?: string
  bearer?: string
  json?: object
  form?: Record<string, string>
  basic?: TestClient
}

export async function call(target: Target, path: string, request: Call = {}): Promise<Answer> {
  const { bearer, basic, json, form } = request
  const headers: Record<string, string> = {}
  if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`
  if (basic !== undefined) headers['authorization'] = `Basic ${btoa(`${basic.id}:${basic.secret}`)}`
  if (json !== undefined) headers['content-type'] = 'application/json'
  if (form !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json)
  const answer = await fetch(target.url + path, {
    method: request.method ?? (body === undefined ? 'GET' : 'POST'), headers, ...(body !== undefined && { body })
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] }
}

/** Throws when the answer is another: for what a test only builds on. */
async function mustCall(status: number, ...[target, path, request]: Parameters<typeof call>): Promise<Answer['body']> {
  const answer = await call(target, path, request)
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

export async function signIn(target: Target, { email, password }: TestUser): Promise<Tokens> {
  const body = await mustCall(200, target, '/api/auth/login', { json: { email, password, refreshTokenIn: 'body' } })
  const { accessToken, refreshToken } = body as unknown as Tokens
  return { accessToken: secret(accessToken), refreshToken: secret(refreshToken) }
}

export const tryRefresh = (target: Target, refreshToken: string): Promise<Answer<Partial<Tokens> & { code?: string }>> =>
  call(target, '/api/auth/refresh', { json: { refreshToken } })

export async function refresh(target: Target, refreshToken: string): Promise<Tokens> {
  return await mustCall(200, target, '/api/auth/refresh', { json: { refreshToken } }) as unknown as Tokens
}

export const me = (target: Target, bearer: string): Promise<Answer> => call(target, '/api/auth/me', { bearer })

export async function signOut(target: Target, refreshToken: string): Promise<void> {
  await mustCall(200, target, '/api/auth/logout', { json: { refreshToken } })
}

export async function signOutEverywhere(target: Target, refreshToken: string): Promise<void> {
  await mustCall(200, target, '/api/auth/logout-all', { json: { refreshToken } })
}

/** An access token of the client's own. */
export async function serviceToken(target: Target, basic: TestClient): Promise<string> {
  const body = await mustCall(200, target, '/oauth/token', { basic, form: { grant_type: 'client_credentials' } })
  return secret(body['access_token'] as string)
}

export interface LookedUp {
  revoked: boolean
  target?: string
}

export const lookup = (target: Target, bearer: string, tokens: readonly string[]):
  Promise<Answer<{ seq: number; results: LookedUp[] }>> =>
  call(target, '/revocations/lookup', { bearer, json: { tokens } }) as unknown as
    Promise<Answer<{ seq: number; results: LookedUp[] }>>

export const introspect = (target: Target, basic: TestClient, token: string): Promise<Answer> =>
  call(target, '/oauth/introspect', { basic, form: { token } })

export interface Judged {
  revoked: boolean | undefined
  active: unknown
  me: number
}

/** What the three places that check a user's token say of it. */
export async function judge(target: Target, client: TestClient, token: string): Promise<Judged> {
  const bearer = await serviceToken(target, client)
  const [looked, introspected, own] = await Promise.all([
    lookup(target, bearer, [token]), introspect(target, client, token), me(target, token)
  ])
  return { revoked: looked.body.results[0]?.revoked, active: introspected.body['active'], me: own.status }
}

export const dead: Judged = { revoked: true, active: false, me: 401 }
export const alive: Judged = { revoked: false, active: true, me: 200 }

/** A request of which the head and a part of the body have been sent: it is under way, and goes on when told to. */
export async function openSlowly(target: Target, path: string, json: object): Promise<{ finish(): Promise<Answer> }> {
  const body = JSON.stringify(json)
  const slow = openRequest(target.url + path, {
    method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  })
  const answered = once(slow, 'response') as Promise<[IncomingMessage]>
  // Heard by whoever finishes the request, which may be nobody.
  answered.catch(() => undefined)
  await new Promise<void>((resolve, reject) => {
    slow.write(body.slice(0, 8), error => error ? reject(error) : resolve())
  })
  return {
    async finish() {
      slow.end(body.slice(8))
      const [response] = await answered
      const text = (await response.setEncoding('utf8').toArray()).join('')
      const headers = new Headers(Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]))
      return { status: response.statusCode!, headers, body: JSON.parse(text) as Answer['body'] }
    }
  }
}
