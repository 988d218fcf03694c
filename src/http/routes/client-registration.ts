import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { describeClient } from '../../clients/describe-client.ts'
import type { DynamicClient, RegistrationAccess } from '../../clients/dynamic-registration.ts'
import { readBearer } from '../../protocol/bearer.ts'
import { CountersignError } from '../../protocol/errors.ts'
import { sha256 } from '../../protocol/sha256.ts'
import { acceptJson } from '../plugins/accept-json.ts'
import { limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { clientRegistrationSchemas as schemas, describeMetadata as swaggerTransform } from '../schemas/client-registration.ts'

type Body = Readonly<Record<string, unknown>>

const bodyLimit = 32 * 1024

/** Clients register themselves (RFC 7591) and manage their registration (RFC 7592): JSON in, JSON out, where it is on. */
export async function clientRegistrationRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { settings, dynamicRegistration } = rooms
  if (settings.clientRegistration === 'off') return
  acceptJson(app)
  // Where anybody may come, each address is given few: what they make are rows, and every change empties caches.
  const config = { ...limitPerIp(settings.clientRegistration === 'open' ? 20 : 1000, 3600), swaggerTransform }
  const limitManagement = limitPerIp(1000, 3600)
  const render = (registered: DynamicClient) => renderRegistration(registered, settings.issuer)
  const onRequest = settings.initialAccessToken === undefined || settings.clientRegistration === 'open'
    ? []
    : [guardWithInitialToken(settings.initialAccessToken)]

  app.post<{ Body: Body }>('/oauth/register', { onRequest, schema: schemas.register, bodyLimit, config }, async ({ body }, reply) =>
    reply.code(201).send(render(await dynamicRegistration.register(body))))

  app.get<{ Params: Owner }>('/oauth/register/:client_id', { schema: schemas.read, config: limitManagement }, async request =>
    render(await dynamicRegistration.read(accessOf(request))))

  app.put<{ Params: Owner; Body: Body }>('/oauth/register/:client_id', { schema: schemas.replace, bodyLimit, config }, async request =>
    render(await dynamicRegistration.replace(accessOf(request), request.body)))

  app.delete<{ Params: Owner }>('/oauth/register/:client_id', { schema: schemas.remove, config: limitManagement }, async (request, reply) => {
    await dynamicRegistration.remove(accessOf(request))
    return reply.code(204).send()
  })
}

interface Owner {
  client_id: string
}

function accessOf({ params, headers }: FastifyRequest<{ Params: Owner }>): RegistrationAccess {
  return { clientId: params.client_id, token: readBearer(headers.authorization) }
}

/** Both sides are hashed, so that the comparison takes as long whatever was sent. */
function guardWithInitialToken(token: string): (request: FastifyRequest) => Promise<void> {
  const expected = sha256(token)
  return async ({ headers }) => {
    const given = readBearer(headers.authorization)
    if (given === undefined) throw new CountersignError('token_missing', { reason: 'client-registration/no-initial-token' })
    if (!timingSafeEqual(sha256(given), expected)) {
      throw new CountersignError('invalid_token', { reason: 'client-registration/wrong-initial-token' })
    }
  }
}

/** The client information response (RFC 7591 §3.2.1, RFC 7592 §3). A secret is told once: only its hash is kept. */
function renderRegistration({ client, secret, registrationToken }: DynamicClient, issuer: string) {
  return {
    ...describeClient(client),
    token_endpoint_auth_method: client.authMethods[0],
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: registrationToken,
    registration_client_uri: `${issuer}/oauth/register/${client.id}`
  }
}
