import type { ApiDescription } from '../plugins/open-api.ts'
import { clientSchemas } from './client-registration.ts'
import { errorSchemas } from './refusals.ts'
import { securitySchemes } from './security.ts'
import { tags } from './tags.ts'

/** What the document of the public listener says beside its routes. */
export const publicApi = (issuer: string): ApiDescription => ({
  title: 'Countersign',
  description: 'An OAuth 2.1 and OpenID Connect token service. Every GET is answered to HEAD as well.',
  server: new URL(issuer).origin,
  tags: Object.values(tags),
  securitySchemes: securitySchemes(issuer),
  schemas: [errorSchemas.oauth, errorSchemas.api, ...clientSchemas]
})
