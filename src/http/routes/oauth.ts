import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { acceptForms } from '../plugins/accept-forms.ts'
import { allowAnyOrigin } from '../plugins/any-origin.ts'
import { limitClientFailures } from '../plugins/client-failures.ts'
import type { HttpRooms } from '../rooms.ts'
import { introspectRoute } from './introspect.ts'
import { revokeRoute } from './revoke.ts'
import { tokenRoute } from './token.ts'

/** The OAuth endpoints: form bodies in, JSON out, nothing cached, nothing in the query string. */
export async function oauthRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  acceptForms(app)
  app.addHook('onRequest', refuseQuery)
  limitClientFailures(app, rooms.localCounters)
  // An application in a browser gets and gives back its tokens; introspection is for services.
  for (const path of ['/oauth/token', '/oauth/revoke']) allowAnyOrigin(app, path, 'POST')
  tokenRoute(app, rooms)
  revokeRoute(app, rooms)
  introspectRoute(app, rooms)
}

/** Credentials and grants in a URL end up in logs and histories (RFC 6749 §2.3.1). */
function refuseQuery({ url }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  if (url.includes('?')) {
    throw new CountersignError('invalid_request', {
      reason: 'oauth/query-string', sentence: 'Parameters belong in the body, not in the URL.'
    })
  }
  done()
}
