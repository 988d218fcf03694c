import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBearer } from '../../protocol/bearer.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/params.ts'
import { acceptForms } from '../plugins/accept-forms.ts'
import { allowAnyOrigin } from '../plugins/any-origin.ts'
import type { HttpRooms } from '../rooms.ts'
import { userinfoSchemas as schemas } from '../schemas/userinfo.ts'

const path = '/oauth/userinfo'

/** The userinfo endpoint (OpenID Connect Core §5.3), for pages of every site. */
export async function userinfoRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { readUserinfo } = rooms
  acceptForms(app)
  // A body of any other kind holds no token (RFC 6750 §2.2); it is not read.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
  allowAnyOrigin(app, path, 'GET, POST')

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const token = readToken(request)
    if (token === undefined) throw new CountersignError('token_missing', { reason: 'access/no-token' })
    const userinfo = await readUserinfo(token)
    return 'jwt' in userinfo ? reply.type('application/jwt').send(userinfo.jwt) : userinfo.claims
  }
  app.get(path, { schema: schemas.get }, answer)
  app.post(path, { schema: schemas.post }, answer)
}

/** From the header or from a form (RFC 6750 §2.1, §2.2), never from the URL. */
function readToken({ headers, body }: FastifyRequest): string | undefined {
  const inHeader = readBearer(headers.authorization)
  const inBody = body instanceof Map ? (body as Params).get('access_token') : undefined
  if (inHeader !== undefined && inBody !== undefined) {
    throw new CountersignError('invalid_request', {
      reason: 'userinfo/two-tokens', sentence: 'Send the access token in one way only.',
      headers: { 'www-authenticate': 'Bearer realm="countersign", error="invalid_request"' }
    })
  }
  return inHeader ?? inBody
}
