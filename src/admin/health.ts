import type { FastifyInstance } from 'fastify'
import type { AdminInstance } from './instance.ts'
import { adminHealthSchemas } from './schemas/health.ts'

/** Alive, and able to work, with the state of each part: for whoever has to find out why not. */
export function healthRoutes(app: FastifyInstance, instance: AdminInstance): void {
  app.get('/healthz', { schema: adminHealthSchemas.alive }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: adminHealthSchemas.ready }, async (_request, reply) => {
    const ready = instance.isReady()
    return reply.code(ready ? 200 : 503).headers(ready ? {} : { 'retry-after': '2' })
      .send({ status: ready ? 'ready' : 'not-ready', parts: await describeParts(instance) })
  })
}

/**
 * What the instance can say of its parts without asking the database anew: the pulse does that all the time.
 */
async function describeParts({ pulse, ring, list, stores }: AdminInstance) {
  const age = pulse.age()
  return {
    database: {
      status: pulse.isFresh() ? 'ok' : 'away', lastReadSecondsAgo: Number.isFinite(age) ? round(age) : null
    },
    redis: { status: await redisStatus(stores.pingRedis) },
    keys: { status: succeeds(() => ring.signing()) ? 'ok' : 'not-signing' },
    revocations: { entries: list.size(), head: headOf({ pulse }) }
  }
}

async function redisStatus(ping: (() => Promise<void>) | undefined): Promise<string> {
  if (ping === undefined) return 'not-used'
  return ping().then(() => 'ok', () => 'away')
}

/** The journal's head as last read; null before the first read. */
export function headOf({ pulse }: Pick<AdminInstance, 'pulse'>): number | null {
  return Number.isFinite(pulse.age()) ? pulse.latest().journal.seq : null
}

function succeeds(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
