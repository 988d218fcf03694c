import type { FastifyInstance } from 'fastify'
import { healthSchemas as schemas } from '../schemas/health.ts'

/** For whoever keeps this process running: alive (`/healthz`), and able to work (`/readyz`). */
export function healthRoutes(app: FastifyInstance, isReady: () => boolean): void {
  app.get('/healthz', { schema: schemas.alive }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: schemas.ready }, async (_request, reply) => {
    const ready = isReady()
    return reply.code(ready ? 200 : 503).headers(ready ? {} : { 'retry-after': '2' })
      .send({ status: ready ? 'ready' : 'not-ready' })
  })
}
