import type { FastifyInstance } from 'fastify'
import { createApiRegistration, unknownApi, type ApiRequest } from '../../clients/api-registration.ts'
import type { Api, ApiChanges } from '../../stores/apis.ts'
import type { AdminInstance } from '../instance.ts'

const listOfTexts = { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 200 } }
const common = { name: { type: 'string', minLength: 1, maxLength: 200 }, scopes: listOfTexts, clients: listOfTexts, statusList: { type: 'boolean' } }
const createSchema = {
  body: {
    type: 'object',
    required: ['identifier'],
    additionalProperties: false,
    properties: { ...common, identifier: { type: 'string', maxLength: 2000 }, tokenLifetime: { type: 'integer' } }
  }
}
const changeSchema = {
  body: {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: { ...common, tokenLifetime: { type: ['integer', 'null'] } }
  }
}

interface Named {
  identifier: string
}

/** APIs: registered, listed, changed member by member, deleted. */
export function apiRoutes(app: FastifyInstance, { stores, pulse, config }: AdminInstance): void {
  const { apis, clients } = stores
  const { issuer, accessTokenLifetime } = config
  const registration = createApiRegistration({ apis, clients, issuer, accessTokenLifetime })

  app.post<{ Body: ApiRequest }>('/apis', { schema: createSchema }, async ({ body }, reply) => {
    await registration.create(body, 'admin')
    await pulse.refresh()
    return reply.code(201).send({ identifier: body.identifier })
  })

  app.get('/apis', async () => ({ apis: (await apis.list()).map(render) }))

  app.post<{ Params: Named; Body: ApiChanges }>('/apis/:identifier', { schema: changeSchema }, async ({ params, body }) => {
    await registration.change(params.identifier, body, 'admin')
    await pulse.refresh()
    return { identifier: params.identifier }
  })

  app.delete<{ Params: Named }>('/apis/:identifier', async ({ params }) => {
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
