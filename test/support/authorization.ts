import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Service } from '../../src/compose.ts'
import type { NewClient } from '../../src/stores/clients.ts'
import { createClient, postForm, type TestClient } from './clients.ts'
import { secret } from './secrets.ts'
import type { TestUser } from './users.ts'

/** The way from an authorization request to tokens, as a browser and a client go it, through `inject`. */

export const callback = 'https://app.example.com/callback'

/** A confidential client for the code flow, unless the changes say otherwise. */
export function createWebClient(service: Service, changes: Partial<NewClient> = {}): Promise<TestClient> {
  return createClient(service, { grantTypes: ['authorization_code', 'refresh_token'], redirectUris: [callback], ...changes })
}

/** One that registered itself, public unless the changes say otherwise. */
export function createDynamicClient(service: Service, changes: Partial<NewClient> = {}): Promise<TestClient> {
  return createWebClient(service, { authMethods: ['none'], registrationTokenHash: randomBytes(32), ...changes })
}

/** A browser with cookies of its own: it follows nothing by itself. */
export interface Visitor {
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  post(url: string, form: Record<string, string> | string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** What it holds, by name; to be changed by whoever plays a thief. */
  cookies: Map<string, string>
}

export function createVisitor(app: FastifyInstance): Visitor {
  const cookies = new Map<string, string>()

  async function keepCookies(answering: Promise<LightMyRequestResponse>): Promise<LightMyRequestResponse> {
    const answer = await answering
    for (const { name, value, maxAge, expires } of answer.cookies) {
      if (maxAge === 0 || (expires !== undefined && expires.getTime() < Date.now())) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }

  const send = () => ({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') })
  return {
    cookies,
    get: (url, headers = {}) => keepCookies(app.inject({ url: pathOf(url), headers: { ...send(), ...headers } })),
    post: (url, form, headers = {}) => keepCookies(postForm(app, { url: pathOf(url), form, headers: { ...send(), ...headers } }))
  }
}

const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]+/, '')

/** A proof key (RFC 7636). */
export function makeProofKey(verifier = secret(randomBytes(32).toString('base64url'))) {
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** Parameters of a request; `undefined` leaves one out. */
export type RequestChanges = Record<string, string | undefined>

/** A good authorization request, with the changes. */
export function requestParams(client: TestClient, changes: RequestChanges = {}): URLSearchParams {
  const params = {
    client_id: client.id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'state-1',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...changes
  }
  return new URLSearchParams(Object.entries(params).filter((each): each is [string, string] => each[1] !== undefined))
}

export function authorizeUrl(client: TestClient, changes: RequestChanges = {}): string {
  return `/oauth/authorize?${requestParams(client, changes).toString()}`
}

/** What goes back to the client, with each parameter that is there. Throws when the answer is no redirect to it. */
export function responseOf(answer: LightMyRequestResponse, redirectUri = callback): Record<string, string> {
  const location = answer.headers.location
  if (answer.statusCode !== 303 || !location?.startsWith(redirectUri)) {
    throw new Error(`not sent back to the client: ${answer.statusCode} ${location ?? answer.body.slice(0, 2000)}`)
  }
  const pairs = [...new URL(location).searchParams]
  const params = Object.fromEntries(pairs)
  if (Object.keys(params).length !== pairs.length) throw new Error(`a parameter twice: ${location}`)
  if (params['code'] !== undefined) secret(params['code'])
  return params
}

/** The forms of a page by where they are sent: the last part of the path, and what they hold already. */
export function formsOf({ body }: LightMyRequestResponse): Record<string, { action: string; csrf: string }> {
  const forms = [...body.matchAll(/<form method="post" action="([^"]+)"><input type="hidden" name="csrf" value="([^"]+)"\/>/g)]
  const named = forms.map(([, action, csrf]) => ({ action: action!, csrf: csrf! }))
  // A button may send its form elsewhere.
  const further = [...body.matchAll(/formaction="([^"]+)"/g)].map(([, action]) => ({ action: action!, csrf: named[0]!.csrf }))
  return Object.fromEntries([...further, ...named].map(form => [form.action.split('/').at(-1)!, form]))
}

/** Sends a form of the page; throws when it has none of that name. */
export function submit(
  visitor: Visitor, page: LightMyRequestResponse, { form, fields = {} }: { form: string; fields?: Record<string, string> }
): Promise<LightMyRequestResponse> {
  const found = formsOf(page)[form]
  if (found === undefined) throw new Error(`no form ${form} on the page: ${page.statusCode} ${page.body.slice(0, 2000)}`)
  return visitor.post(found.action, { csrf: found.csrf, ...fields })
}

/** Follows our own redirects, to the next page or to the way back to the client. */
export async function settle(visitor: Visitor, answer: LightMyRequestResponse): Promise<LightMyRequestResponse> {
  let last = answer
  while (last.statusCode === 303 && last.headers.location?.startsWith('/')) last = await visitor.get(last.headers.location)
  return last
}

/** Signs in on the page and goes on. */
export async function signInOn(visitor: Visitor, page: LightMyRequestResponse, user: TestUser): Promise<LightMyRequestResponse> {
  const fields = { email: user.email, password: user.password }
  return settle(visitor, await submit(visitor, page, { form: 'sign-in', fields }))
}

/** Allows what the page asks for, and goes on. */
export async function consentOn(visitor: Visitor, page: LightMyRequestResponse): Promise<LightMyRequestResponse> {
  return settle(visitor, await submit(visitor, page, { form: 'consent', fields: { decision: 'allow' } }))
}

/** Asks, and does whatever the pages want of the user, until the client has its answer. */
export async function walk(visitor: Visitor, url: string, user: TestUser): Promise<LightMyRequestResponse> {
  let page = await settle(visitor, await visitor.get(url))
  for (let steps = 0; steps < 5 && page.statusCode === 200; steps++) {
    const forms = formsOf(page)
    if (forms['sign-in']) page = await signInOn(visitor, page, user)
    else if (forms['select-account']) {
      page = await settle(visitor, await submit(visitor, page, { form: 'select-account', fields: { account: 'current' } }))
    } else if (forms['consent']) page = await consentOn(visitor, page)
    else break
  }
  return page
}

export interface Arrived {
  client: TestClient
  user: TestUser
  visitor: Visitor
  changes?: RequestChanges
}

/** A code, with its proof key. */
export async function obtainCode({ client, user, visitor, changes = {} }: Arrived): Promise<{ code: string; verifier: string }> {
  const { verifier, challenge } = makeProofKey()
  const answer = await walk(visitor, authorizeUrl(client, { code_challenge: challenge, ...changes }), user)
  const { code, error } = responseOf(answer, changes['redirect_uri'] ?? callback)
  if (code === undefined) throw new Error(`no code but ${error}`)
  return { code, verifier }
}

/** The token request for a code; `undefined` leaves a parameter out. */
export function redeemCode(
  app: FastifyInstance, client: TestClient, { code, verifier, changes = {} }: { code: string; verifier: string; changes?: RequestChanges }
): Promise<LightMyRequestResponse> {
  const isPublic = client.secret === ''
  const form = {
    grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback,
    ...isPublic && { client_id: client.id }, ...changes
  }
  const given = Object.entries(form).filter((each): each is [string, string] => each[1] !== undefined)
  return postForm(app, { url: '/oauth/token', form: Object.fromEntries(given), ...(!isPublic && { client }) })
}

export interface CodeTokens {
  access_token: string
  refresh_token: string
  id_token: string
  scope: string
  expires_in: number
}

/** The whole way. Throws when no tokens come of it. */
export async function obtainTokens(app: FastifyInstance, arrived: Arrived): Promise<CodeTokens & { code: string; verifier: string }> {
  const obtained = await obtainCode(arrived)
  const redirectUri = arrived.changes?.['redirect_uri']
  const answer = await redeemCode(app, arrived.client, { ...obtained, ...redirectUri && { changes: { redirect_uri: redirectUri } } })
  if (answer.statusCode !== 200) throw new Error(`the code was answered ${answer.statusCode}: ${answer.body}`)
  const tokens = answer.json<CodeTokens>()
  for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token]) if (token !== undefined) secret(token)
  return { ...tokens, ...obtained }
}

/** A refresh at the token endpoint: `form` holds the refresh token. */
export function refreshTokens(
  app: FastifyInstance, client: TestClient, form: { refresh_token: string } & Record<string, string>
): Promise<LightMyRequestResponse> {
  const isPublic = client.secret === ''
  return postForm(app, {
    url: '/oauth/token', ...(!isPublic && { client }),
    form: { grant_type: 'refresh_token', ...isPublic && { client_id: client.id }, ...form }
  })
}
