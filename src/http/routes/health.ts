import type { FastifyInstance } from 'fastify'

/** For whoever keeps this process running: alive (`/healthz`), and able to work (`/readyz`). */
export function healthRoutes(app: FastifyInstance, isReady: () => boolean): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const ready = isReady()
    return reply.code(ready ? 200 : 503).headers(ready ? {} : { 'retry-after': '2' })
      .send({ status: ready ? 'ready' : 'not-ready' })
  })
}
