import type { FastifyInstance } from 'fastify'
import { createRegisterClient } from '../../clients/registration.ts'
import { firstPartyClientId } from '../../clients/registry.ts'
import { hashClientSecret, makeClientSecret } from '../../clients/secret.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Client } from '../../stores/clients.ts'
import { byAdmin } from '../by-admin.ts'
import type { AdminInstance } from '../instance.ts'

interface NewClientBody {
  id?: string
  name?: string
  grants: string[]
  scopes?: string[]
  audience?: string[]
  redirectUris?: string[]
  public?: boolean
}

const listOfTexts = { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 2000 } }
const createSchema = {
  body: {
    type: 'object',
    required: ['grants'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', maxLength: 200 },
      name: { type: 'string', minLength: 1, maxLength: 200 },
      grants: listOfTexts,
      scopes: listOfTexts,
      audience: listOfTexts,
      redirectUris: listOfTexts,
      public: { type: 'boolean' }
    }
  }
}

/** Clients: registered, listed, given a new secret, deleted. Members are named as in RFC 7591. */
export function clientRoutes(app: FastifyInstance, instance: AdminInstance): void {
  const { stores, random, pulse, grants, rooms, config } = instance
  const register = createRegisterClient({ clients: stores.clients, random, grantTypes: grants, issuer: config.issuer })

  app.post<{ Body: NewClientBody }>('/clients', { schema: createSchema }, async ({ body }, reply) => {
    const { grants: grantTypes, public: isPublic = false, ...rest } = body
    const { clientId, secret } = await register({ ...rest, grantTypes, isPublic, actor: 'admin' })
    await pulse.refresh()
    return reply.code(201).send(withSecret(clientId, secret))
  })

  app.get('/clients', async () => ({ clients: (await stores.clients.list()).map(render) }))

  app.post<{ Params: { id: string } }>('/clients/:id/rotate-secret', async ({ params }) => {
    refuseBuiltIn(params.id)
    const secret = makeClientSecret(random)
    if (!await stores.clients.replaceSecret(params.id, hashClientSecret(secret), 'admin')) {
      throw unknown('There is no client with that id that has a secret.')
    }
    await pulse.refresh()
    return withSecret(params.id, secret)
  })

  app.delete<{ Params: { id: string } }>('/clients/:id', async ({ params }) => {
    refuseBuiltIn(params.id)
    const entry = await stores.clients.delete(params.id, byAdmin('client-deleted'))
    if (entry === undefined) throw unknown('There is no client with that id.')
    await rooms.revoker.publish([entry])
    await pulse.refresh()
    return { client_id: params.id, seq: entry.seq }
  })
}

/** First-party sign-in stands on it. */
function refuseBuiltIn(id: string): void {
  if (id === firstPartyClientId) {
    throw new CountersignError('forbidden', {
      reason: 'clients/built-in', sentence: 'The built-in client cannot be deleted, and it has no secret.'
    })
  }
}

const unknown = (sentence: string): CountersignError =>
  new CountersignError('not_found', { reason: 'clients/unknown', sentence })

const withSecret = (clientId: string, secret: string | undefined) =>
  ({ client_id: clientId, ...(secret !== undefined && { client_secret: secret }) })

function render(client: Client) {
  return {
    client_id: client.id,
    client_name: client.name,
    grant_types: client.grantTypes,
    scope: client.scopes.join(' '),
    audience: client.audience,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_methods: client.authMethods,
    created_at: client.createdAt,
    disabled_at: client.disabledAt ?? null
  }
}
