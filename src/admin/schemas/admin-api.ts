import type { ApiDescription } from '../../http/plugins/open-api.ts'
import { errorSchemas } from '../../http/schemas/refusals.ts'
import { adminTags } from './admin-tags.ts'

/** What the document of the admin listener says beside its routes. */
export const adminApi: ApiDescription = {
  title: 'Countersign, for operators',
  description: 'The admin API, which the command line speaks too. Every GET is answered to HEAD as well.',
  // Where this listener is reached, only whoever reached it knows.
  server: '/',
  tags: Object.values(adminTags),
  securitySchemes: { adminToken: { type: 'http', scheme: 'bearer', description: 'The admin token.' } },
  schemas: [errorSchemas.api]
}
