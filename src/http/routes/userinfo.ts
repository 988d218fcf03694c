import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/params.ts'
import { acceptForms } from '../plugins/accept-forms.ts'
import { checkAccess } from '../plugins/access.ts'
import { readBearer } from '../../protocol/bearer.ts'
import type { HttpRooms } from '../rooms.ts'

const path = '/oauth/userinfo'
const anyOrigin = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'WWW-Authenticate' }

/**
 * The userinfo endpoint (OpenID Connect Core §5.3), for pages of every site: what a token opens it opens wherever it is,
 * and there is no cookie that another site could borrow.
 */
export async function userinfoRoutes(app: FastifyInstance, rooms: HttpRooms): Promise<void> {
  const { check, readUserinfo, settings } = rooms
  acceptForms(app)
  // A body of any other kind holds no token (RFC 6750 §2.2); it is not read.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null))
  app.addHook('onRequest', async (_request, reply) => void reply.headers(anyOrigin))

  app.options(path, (_request, reply) => reply.code(204).headers({
    'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '86400'
  }).send())

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const token = readToken(request)
    if (token === undefined) throw new CountersignError('token_missing', { reason: 'access/no-token' })
    const userinfo = await readUserinfo(await checkAccess(token, { check, issuer: settings.issuer }))
    return 'jwt' in userinfo ? reply.type('application/jwt').send(userinfo.jwt) : userinfo.claims
  }
  app.get(path, answer)
  app.post(path, answer)
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
