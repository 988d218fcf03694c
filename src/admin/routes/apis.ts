import type { FastifyInstance } from 'fastify'
import { createApiRegistration, unknownApi, type ApiRequest } from '../../clients/api-registration.ts'
import type { Api, ApiChanges } from '../../stores/apis.ts'
import type { AdminInstance } from '../instance.ts'
import { apiSchemas } from '../schemas/apis.ts'

interface Named {
  identifier: string
}

/** APIs: registered, listed, changed member by member, deleted. */
export function apiRoutes(app: FastifyInstance, { stores, pulse, config }: AdminInstance): void {
  const { apis, clients } = stores
  const { issuer, accessTokenLifetime } = config
  const registration = createApiRegistration({ apis, clients, issuer, accessTokenLifetime })

  app.post<{ Body: ApiRequest }>('/apis', { schema: apiSchemas.create }, async ({ body }, reply) => {
    await registration.create(body, 'admin')
    await pulse.refresh()
    return reply.code(201).send({ identifier: body.identifier })
  })

  app.get('/apis', { schema: apiSchemas.list }, async () => ({ apis: (await apis.list()).map(render) }))

  app.post<{ Params: Named; Body: ApiChanges }>('/apis/:identifier', { schema: apiSchemas.change }, async ({ params, body }) => {
    await registration.change(params.identifier, body, 'admin')
    await pulse.refresh()
    return { identifier: params.identifier }
  })

  app.delete<{ Params: Named }>('/apis/:identifier', { schema: apiSchemas.remove }, async ({ params }) => {
    if (!await apis.delete(params.identifier, 'admin')) throw unknownApi()
    await pulse.refresh()
    return { identifier: params.identifier }
  })
}

function render(api: Api) {
  return {
    identifier: api.identifier,
    name: api.name,
    scope: api.scopes.join(' '),
    token_lifetime: api.tokenLifetime ?? null,
    clients: api.clients,
    status_list: api.statusList,
    created_at: api.createdAt
  }
}
