import { createAdminApp } from './admin/admin-app.ts'
import { createApp } from './app.ts'
import { compose, type Service } from './compose.ts'
import { readConfig, type Config } from './config.ts'
import { prepareDemo } from './demo/demo.ts'
import { runUntilSignal } from './lifecycle.ts'
import { isUnavailable } from './protocol/errors.ts'

/** The process: configuration, composition, both listeners, work; drained and closed on a signal. */

try {
  await serve(readConfig())
} catch (error) {
  process.stderr.write(`countersign: ${describe(error as NodeJS.ErrnoException)}\n`)
  process.exit(1)
}

async function serve(config: Config): Promise<void> {
  if (new URL(config.issuer).port === '0') {
    throw new Error('PORT is 0, which is any free port: set ISSUER to the URL that clients will use.')
  }
  // Told to commands, which reach the embedded database through the service; known only once it listens.
  const whereabouts: { adminUrl?: string } = {}
  const service = await compose(config, { greeting: () => ({ pid: process.pid, ...whereabouts }) })
  const app = await createApp({
    rooms: { ...service.rooms, isReady: service.isReady }, logger: service.logger, trustProxy: config.trustProxy
  })
  const admin = await createAdminApp(service)
  runUntilSignal({ app, admin, service })
  whereabouts.adminUrl = await admin.listen({ host: config.adminHost, port: config.adminPort })
  await app.listen({ host: config.host, port: config.port })
  await startWhenPossible(service)
  service.logger.info({ issuer: config.issuer, database: service.stores.kind }, 'ready')
  if (!config.production) process.stdout.write(await prepareDemo(service))
}

/** A database that is away at the start is waited for, with readiness at 503; anything else stops the start. */
async function startWhenPossible(service: Service): Promise<void> {
  for (;;) {
    try {
      return await service.start()
    } catch (error) {
      if (!isUnavailable(error)) throw error
      service.logger.warn({ err: error }, 'waiting for the database')
      await new Promise(resolve => setTimeout(resolve, 1000))
    }
  }
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  const isTaken = code === 'EADDRINUSE' || code === 'EACCES'
  return isTaken ? `${message}. Set PORT and ADMIN_PORT to ports that are free.` : message
}
