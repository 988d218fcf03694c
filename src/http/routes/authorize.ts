import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DestinationFault } from '../../authorization/read-destination.ts'
import { readAuthorizationParams } from '../../protocol/authorization-params.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { BrowserCookies } from '../browser-cookies.ts'
import { sendRefusalPage } from '../plugins/page-errors.ts'
import { addressOf } from '../plugins/rate-limit.ts'
import { readRawForm } from '../read-raw-form.ts'
import { repeatWithCookies } from '../repeat-with-cookies.ts'
import type { HttpRooms } from '../rooms.ts'
import { authorizeSchemas as schemas } from '../schemas/authorize.ts'
import { sendAuthorizationResponse, sendLeavingPage } from '../send-authorization-response.ts'

/** The authorization endpoint (RFC 6749 §3.1), by GET and by POST. */
export function authorizeRoute(app: FastifyInstance, rooms: HttpRooms, cookies: BrowserCookies): void {
  const { authorize, pages } = rooms

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const cookie = cookies.session(request)
    const repeated = cookie === undefined ? repeatWithCookies(request, reply, `${pages.base}/oauth/authorize`) : undefined
    if (repeated !== undefined) return repeated
    const { query, body } = readRawForm(request)
    const browser = cookies.ensureBrowser(request, reply)
    const params = readAuthorizationParams(query, body)
    const outcome = await authorize({ params, cookie, browser, address: addressOf(request) })
    switch (outcome.kind) {
      case 'lost': return sendRefusalPage(lost(outcome.fault), request, { reply, pages })
      case 'interaction':
        cookies.keepForInteraction(request, reply, { id: outcome.id, browser })
        return reply.code(303).header('location', `${pages.base}/interaction/${outcome.id}`).send()
      case 'response': return outcome.isWarned
        ? sendLeavingPage(request, reply, { response: outcome.response, pages })
        : sendAuthorizationResponse(request, reply, { response: outcome.response, pages })
    }
  }

  // A state comes back as it came, whatever it holds.
  const config = { takesNul: true }
  app.get('/oauth/authorize', { config, schema: schemas.get }, answer)
  app.post('/oauth/authorize', { config, schema: schemas.post }, answer)
}

function lost(fault: DestinationFault): CountersignError {
  const sentences: Record<DestinationFault, string> = {
    'unknown-client': 'The parameter client_id is missing, or it names no registered client.',
    'bad-redirect-uri': 'The redirect_uri is not one that is registered for this client, character by character.',
    'no-redirect-uri': 'The parameter redirect_uri is missing, or it is there twice.'
  }
  return new CountersignError('invalid_request', { reason: `authorize/${fault}`, sentence: sentences[fault] })
}
