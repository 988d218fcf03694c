import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** The routes that pages of every site may call; undefined on a listener that is not for browsers. */
    openRoutes?: Set<string>
  }
}

export const openHeaders = {
  'access-control-allow-origin': '*', 'access-control-expose-headers': 'WWW-Authenticate, Retry-After'
} as const

/**
 * Answers that pages of every site may read: nothing here is opened by a cookie, so there is nothing that another site
 * could borrow. Refusals carry it, too, or a page could not tell why. Register before every hook that may refuse.
 */
export function keepOpenRoutes(app: FastifyInstance): void {
  const openRoutes = new Set<string>()
  app.decorate('openRoutes', openRoutes)
  app.addHook('onRequest', ({ routeOptions }, reply, done) => {
    if (routeOptions.url !== undefined && openRoutes.has(routeOptions.url)) reply.headers(openHeaders)
    done()
  })
}

export function allowAnyOrigin(app: FastifyInstance, path: string, methods: 'GET, HEAD' | 'GET, POST' | 'POST'): void {
  app.openRoutes!.add(app.prefix + path)
  // Browsers alone ask: the document of the routes does not tell of it.
  app.options(path, { schema: { hide: true } }, (_request, reply) => reply.code(204).headers({
    'access-control-allow-methods': methods,
    'access-control-allow-headers': methods === 'GET, HEAD' ? '*' : 'authorization, content-type',
    'access-control-max-age': '86400'
  }).send())
}
