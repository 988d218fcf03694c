import type { FastifyInstance } from 'fastify'

/**
 * Answers that pages of every site may read: nothing here is opened by a cookie, so there is nothing that another site
 * could borrow. Refusals carry it, too, or a page could not tell why.
 */
export function allowAnyOrigin(app: FastifyInstance, path: string, methods: 'GET, HEAD' | 'GET, POST' | 'POST'): void {
  const open = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'WWW-Authenticate, Retry-After' }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.endsWith(path)) reply.headers(open)
    done()
  })
  // Browsers alone ask: the document of the routes does not tell of it.
  app.options(path, { schema: { hide: true } }, (_request, reply) => reply.code(204).headers({
    'access-control-allow-methods': methods,
    'access-control-allow-headers': methods === 'GET, HEAD' ? '*' : 'authorization, content-type',
    'access-control-max-age': '86400'
  }).send())
}
