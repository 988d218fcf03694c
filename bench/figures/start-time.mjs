import path from 'node:path'
import { startInstance } from '../instance.mjs'

const script = path.resolve(import.meta.dirname, '../../scripts/start.mjs')

/** Seconds from `npm start`, npm itself aside, to ready: built, embedded, on a data folder that is there already. */
export const startTime = {
  name: 'start_time',
  limitIs: 'the target',
  target: { most: { ratio: 1 } },
  async measure({ startEnvironment, folder }) {
    const first = await startInstance(startEnvironment, { folder, script })
    await first.stop()
    const second = await startInstance(startEnvironment, { folder, script })
    await second.stop()
    return { value: second.startTime / 1000, unit: 's', limit: 5 }
  }
}
