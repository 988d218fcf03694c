import type { FastifyInstance } from 'fastify'

/** Headers of every answer: nothing is stored unless a route says so, nothing is sniffed. */
export function addResponseHeaders(app: FastifyInstance, issuer: string): void {
  const always: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    ...(issuer.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' })
  }
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(always)
    if (!reply.hasHeader('cache-control')) reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
  })
}
