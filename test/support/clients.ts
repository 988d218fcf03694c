import { randomBytes } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { hashClientSecret, makeClientSecret } from '../../src/clients/secret.ts'
import type { ClaimsRequest } from '../../src/protocol/claims-request.ts'
import { clientTagOf, grantIdFrom } from '../../src/protocol/identifiers.ts'
import type { Service } from '../../src/compose.ts'
import type { NewClient } from '../../src/stores/clients.ts'
import { makeRefreshToken } from '../../src/tokens/refresh-token.ts'
import { sampleRedemption } from '../contract/sample.ts'
import { secret as registered } from './secrets.ts'

/** Clients of the OAuth endpoints, and requests in their name. */

export interface TestClient {
  id: string
  /** Empty for a public client. */
  secret: string
}

/** A confidential client for client credentials, unless the changes say otherwise. */
export async function createClient(service: Service, changes: Partial<NewClient> = {}): Promise<TestClient> {
  const id = changes.id ?? `client-${randomBytes(6).toString('hex')}`
  const isPublic = changes.authMethods?.includes('none') === true
  const secret = isPublic ? '' : registered(makeClientSecret(service.random))
  await service.stores.clients.create({
    id,
    tag: clientTagOf(id),
    name: 'Test',
    secretHash: isPublic ? undefined : hashClientSecret(secret),
    authMethods: ['client_secret_basic', 'client_secret_post'],
    grantTypes: ['client_credentials', 'refresh_token'],
    scopes: [],
    audience: [],
    redirectUris: [],
    ...changes
  }, 'admin')
  await service.pulse.refresh()
  return { id, secret }
}

export function basic({ id, secret }: TestClient): string {
  const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

export interface FormRequest {
  url: string
  form: Record<string, string> | string
  client?: TestClient
  headers?: Record<string, string>
  remoteAddress?: string
}

/** A form-encoded POST, the client authenticated by Basic. */
export function postForm(app: FastifyInstance, request: FormRequest): Promise<LightMyRequestResponse> {
  const { url, form, client, headers, remoteAddress } = request
  return app.inject({
    method: 'POST',
    url,
    payload: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded', ...(client && { authorization: basic(client) }), ...headers
    },
    ...(remoteAddress !== undefined && { remoteAddress })
  })
}

/** An access token by client credentials. */
export async function clientToken(app: FastifyInstance, client: TestClient, scope?: string): Promise<string> {
  const answer = await postForm(app, {
    url: '/oauth/token', client, form: { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }
  })
  return registered(answer.json<{ access_token: string }>().access_token)
}

export interface GrantRequest {
  clientId: string
  userId: string
  sessionId: string
  scopes?: string[]
  audience?: string[]
  subject?: string
  offline?: boolean
  claims?: ClaimsRequest
  /** Seconds. */
  idleLifetime?: number
  /** Seconds. */
  absoluteLifetime?: number
}

/** A grant of a user to a client, as a code would make it, with its first refresh and access token. */
export async function createGrant({ stores, rooms, ring, random }: Service, request: GrantRequest) {
  const { userId, sessionId, subject = userId, offline = false, claims, ...rest } = request
  const mac = ring.mac()
  const redemption = await sampleRedemption(stores, { userId, sessionId }, {
    subject, offline, claims,
    grant: {
      idRandom: random.bytes(10), secret: random.bytes(16), macKid: mac.record.kid, scopes: [], audience: [],
      keyBinding: undefined, idleLifetime: 600, absoluteLifetime: 3600, ...rest
    }
  })
  const outcome = await stores.grants.redeem(redemption)
  if (outcome !== 'redeemed') throw new Error(`the grant was not made: ${outcome}`)
  const grant = (await stores.grants.find(grantIdFrom(redemption.number, redemption.grant.idRandom)))!
  const { access } = await rooms.firstParty.issue(grant)
  return { grant, refreshToken: registered(makeRefreshToken(grant, mac)), accessToken: registered(access.token) }
}
