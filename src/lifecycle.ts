import type { FastifyInstance } from 'fastify'
import type { Service } from './compose.ts'

/** Ending well: not ready first, then requests under way finish, then the stores close; all within a bound. */

export interface Running {
  app: FastifyInstance
  admin: FastifyInstance
  service: Service
}

/** Seconds after which connections that are still busy are cut. */
const drainLimit = 10

export function runUntilSignal(running: Running): void {
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      void stop(running, signal).then(() => process.exit(0), () => process.exit(1))
    })
  }
}

async function stop({ app, admin, service }: Running, signal: string): Promise<void> {
  service.logger.info({ signal }, 'stopping')
  service.drain()
  await new Promise(resolve => setTimeout(resolve, service.config.shutdownDelay * 1000))
  const limit = setTimeout(() => {
    service.logger.warn({}, 'requests did not finish in time; their connections are cut')
    app.server.closeAllConnections()
  }, drainLimit * 1000)
  // A connection that was busy when the listener closed stays open after its answer, in case its client asks again.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  await app.close()
  clearInterval(sweep)
  clearTimeout(limit)
  admin.server.closeAllConnections()
  await admin.close()
  await service.close()
  service.logger.info({}, 'stopped')
}
