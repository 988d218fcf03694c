import type { FastifyInstance } from 'fastify'
import type { KeyPurpose } from '../../stores/keys.ts'
import { createFinder, type Finding } from '../../doctor/finding.ts'
import { judgeKeys } from '../../doctor/judge-keys.ts'
import type { AdminInstance } from '../instance.ts'
import { insightSchemas } from '../schemas/insight.ts'

const purposes: KeyPurpose[] = ['sign', 'mac']

/** What only a running instance can tell of itself: the embedded database is open nowhere else. */
export function doctorRoutes(app: FastifyInstance, instance: AdminInstance): void {
  app.get('/doctor', { schema: insightSchemas.doctor }, async (): Promise<{ findings: Finding[] }> => {
    const { ring, clock, stores } = instance
    const keys = purposes.flatMap(purpose => ring.records(purpose))
    return {
      findings: [
        judgeReadiness(instance), await judgeDatabase(instance), ...await judgeRedis(stores.pingRedis),
        ...judgeKeys(keys, clock.now())
      ]
    }
  })
}

function judgeReadiness({ isReady }: AdminInstance): Finding {
  const finder = createFinder('service')
  return isReady()
    ? finder.ok('The service is ready.')
    : finder.fail('The service is not ready.', 'See the other findings and its log.')
}

async function judgeDatabase({ pulse }: AdminInstance): Promise<Finding> {
  const finder = createFinder('database')
  try {
    await pulse.refresh()
    return finder.ok('The database of the running service answers.')
  } catch {
    return finder.fail('The database of the running service does not answer.', 'See its log for the reason.')
  }
}

async function judgeRedis(ping: (() => Promise<void>) | undefined): Promise<Finding[]> {
  if (ping === undefined) return []
  const finder = createFinder('redis')
  return [await ping().then(
    () => finder.ok('Redis answers the running service.'),
    () => finder.warn('Redis does not answer the running service.', 'It works on without; start Redis again.')
  )]
}
