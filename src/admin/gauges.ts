import type { FastifyInstance } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import { signingKey } from '../protocol/key-timeline.ts'
import { headOf } from './health.ts'
import type { AdminInstance } from './instance.ts'
import { addReachGauges } from './reach-gauges.ts'
import { adminHealthSchemas } from './schemas/health.ts'

/**
 * `/metrics`: what the instance counts, and what it is like at this moment. Names and meanings:
 * docs/operations.md.
 */
export function addGauges(app: FastifyInstance, instance: AdminInstance): void {
  const registry = new Registry()
  for (const [name, { help, read }] of Object.entries(gauges)) {
    new Gauge({
      name, help, registers: [registry],
      collect() {
        const value = read(instance)
        // A gauge without a value would be read as 0.
        if (value === undefined) this.remove()
        else this.set(value)
      }
    })
  }
  const lookAtVerifiers = addReachGauges(registry, instance)
  app.get('/metrics', { schema: adminHealthSchemas.metrics }, async (_request, reply) => {
    await lookAtVerifiers()
    const { body, contentType } = await instance.metrics.render()
    return reply.type(contentType).send(`${body.trimEnd()}\n${await registry.metrics()}`)
  })
}

interface GaugeDefinition {
  help: string
  /** Undefined while there is nothing to tell. */
  read(instance: AdminInstance): number | undefined
}

const gauges: Record<string, GaugeDefinition> = {
  countersign_ready: {
    help: 'Whether this instance can do its work: 1 or 0', read: ({ isReady }) => isReady() ? 1 : 0
  },
  countersign_state_age_seconds: {
    help: 'Seconds since the shared state was last read from the database',
    read: ({ pulse }) => Number.isFinite(pulse.age()) ? pulse.age() : undefined
  },
  countersign_revocation_list_entries: {
    help: 'Live entries of the revocation list', read: ({ list }) => list.size()
  },
  countersign_revocation_list_head: {
    help: 'Sequence of the newest revocation in the journal, as last read',
    read: instance => headOf(instance) ?? undefined
  },
  countersign_signing_key_age_seconds: {
    help: 'Seconds since the key that signs now began to',
    read: ({ ring, clock }) => {
      const key = signingKey(ring.records('sign'), clock.now())
      return key && (clock.now() - key.activeFrom.getTime()) / 1000
    }
  }
}
