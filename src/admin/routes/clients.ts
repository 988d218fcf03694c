import type { FastifyInstance } from 'fastify'
import { createChangeClient, unknownClient } from '../../clients/change-client.ts'
import { describeClient } from '../../clients/describe-client.ts'
import { createRegisterClient } from '../../clients/registration.ts'
import { firstPartyClientId } from '../../clients/registry.ts'
import { hashClientSecret, makeClientSecret } from '../../clients/secret.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Client } from '../../stores/clients.ts'
import { byAdmin } from '../by-admin.ts'
import { toClientChanges, toClientRequest, type ClientBody, type ClientChangesBody } from '../client-body.ts'
import type { AdminInstance } from '../instance.ts'
import { adminClientSchemas } from '../schemas/clients.ts'

interface Named {
  id: string
}

/** Clients: registered, listed, changed member by member, given a new secret, deleted. Members are named as in RFC 7591. */
export function clientRoutes(app: FastifyInstance, instance: AdminInstance): void {
  const { stores, random, pulse, grants, config } = instance
  const register = createRegisterClient({ clients: stores.clients, random, grantTypes: grants, issuer: config.issuer })

  app.post<{ Body: ClientBody }>('/clients', { schema: adminClientSchemas.create }, async ({ body }, reply) => {
    const { clientId, secret } = await register(toClientRequest(body))
    await pulse.refresh()
    return reply.code(201).send(withSecret(clientId, secret))
  })

  app.get('/clients', { schema: adminClientSchemas.list }, async () => ({ clients: (await stores.clients.list()).map(render) }))

  app.get<{ Params: Named }>('/clients/:id', { schema: adminClientSchemas.read }, async ({ params }) => {
    const client = await stores.clients.find(params.id)
    if (client === undefined) throw unknownClient()
    return render(client)
  })

  changeRoutes(app, instance)
}

function changeRoutes(app: FastifyInstance, { stores, random, pulse, grants, rooms, config }: AdminInstance): void {
  const { clients, clientChanges } = stores
  const change = createChangeClient({
    clients, clientChanges, revoker: rooms.revoker, random, grantTypes: grants, issuer: config.issuer
  })

  app.patch<{ Params: Named; Body: ClientChangesBody }>('/clients/:id', { schema: adminClientSchemas.change }, async ({ params, body }) => {
    refuseBuiltIn(params.id)
    const { secret, seq } = await change(params.id, toClientChanges(body), 'admin')
    await pulse.refresh()
    return { ...withSecret(params.id, secret), ...(seq !== undefined && { seq }) }
  })

  app.post<{ Params: Named }>('/clients/:id/rotate-secret', { schema: adminClientSchemas.rotateSecret }, async ({ params }) => {
    refuseBuiltIn(params.id)
    const secret = makeClientSecret(random)
    if (!await clients.replaceSecret(params.id, hashClientSecret(secret), 'admin')) {
      throw unknownClient('There is no client with that id that has a secret.')
    }
    await pulse.refresh()
    return withSecret(params.id, secret)
  })

  app.delete<{ Params: Named }>('/clients/:id', { schema: adminClientSchemas.remove }, async ({ params }) => {
    refuseBuiltIn(params.id)
    const entry = await clients.delete(params.id, byAdmin('client-deleted'))
    if (entry === undefined) throw unknownClient()
    await rooms.revoker.publish([entry])
    await pulse.refresh()
    return { client_id: params.id, seq: entry.seq }
  })
}

/** First-party sign-in stands on it. */
function refuseBuiltIn(id: string): void {
  if (id === firstPartyClientId) {
    throw new CountersignError('forbidden', {
      reason: 'clients/built-in', sentence: 'The built-in client cannot be changed or deleted, and it has no secret.'
    })
  }
}

const withSecret = (clientId: string, secret: string | undefined) =>
  ({ client_id: clientId, ...(secret !== undefined && { client_secret: secret }) })

/** Beside what RFC 7591 names, what only an operator decides. */
function render(client: Client) {
  const { requirePkce = true, isTrusted = false, sectorIdentifier, acceptsEndpointAudience } = client.profile
  return {
    ...describeClient(client),
    scope: client.scopes.join(' '),
    audience: client.audience,
    token_endpoint_auth_methods: client.authMethods,
    require_pkce: requirePkce,
    trusted: isTrusted,
    sector_identifier: sectorIdentifier,
    accepts_endpoint_audience: acceptsEndpointAudience,
    dynamic: client.registrationTokenHash !== undefined,
    created_at: client.createdAt,
    disabled_at: client.disabledAt ?? null
  }
}
