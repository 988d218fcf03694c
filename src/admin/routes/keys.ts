import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { describeKeys } from '../describe-keys.ts'
import { byAdmin } from '../by-admin.ts'
import { describeRotation } from '../describe-rotation.ts'
import { removeKey } from '../remove-key.ts'
import type { KeyPurpose } from '../../stores/keys.ts'
import type { AdminInstance } from '../instance.ts'
import { keySchemas } from '../schemas/keys.ts'

interface RotateBody {
  force?: boolean
  /** `now`, or a time in ISO 8601. */
  at?: string
  purpose?: KeyPurpose
}

/** Keys: listed with their times, rotated, taken out of use, sealed under the current master key. */
export function keyRoutes(app: FastifyInstance, instance: AdminInstance): void {
  const { rotation, pulse, stores } = instance

  app.get('/keys', { schema: keySchemas.list }, async () => {
    await pulse.refresh()
    return { keys: describeKeys(instance) }
  })

  app.post<{ Body: RotateBody }>('/keys/rotate', { schema: keySchemas.rotate }, async ({ body }) => {
    const { force = false, purpose = 'sign' } = body
    const at = readMoment(body.at)
    // A rotation needs a standby, which only an instance that has run has made.
    await rotation.tend()
    const rotated = await rotation.rotate(purpose, { force, at, act: byAdmin(force ? 'rotation-forced' : 'rotation') })
    await pulse.refresh()
    return rotated
  })

  app.get('/keys/rotation', { schema: keySchemas.plan }, async () => {
    await pulse.refresh()
    return describeRotation(await instance.planRotation(instance.clock.now()))
  })

  app.post<{ Params: { kid: string }; Body: { compromised: boolean; reason?: string } }>('/keys/:kid/remove',
    { schema: keySchemas.remove }, async ({ params, body }) => {
      if (!body.compromised) {
        throw new CountersignError('invalid_request', {
          reason: 'keys/not-compromised',
          sentence: 'Removing a key ends every token it made: say that it is compromised, or rotate the keys instead.'
        })
      }
      const seq = await removeKey(instance, params.kid, byAdmin(body.reason ?? 'key-compromised'))
      return { kid: params.kid, seq }
    })

  app.post('/keys/reseal', { schema: keySchemas.reseal }, async () => {
    const resealed = await rotation.reseal()
    if (resealed > 0) {
      const details = { keys: resealed }
      await stores.audit.record({ kind: 'key/resealed', actor: 'admin', subject: '', details })
    }
    await pulse.refresh()
    return { resealed }
  })
}

function readMoment(text: string | undefined): Date | 'now' | undefined {
  if (text === undefined || text === 'now') return text
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(time)) return new Date(time)
  throw new CountersignError('invalid_request', {
    reason: 'keys/moment', sentence: 'The moment is "now" or a time such as 2026-12-01T09:30:00Z.'
  })
}
