import type { Clock } from '../ports/clock.ts'
import { CountersignError } from '../protocol/errors.ts'

/**
 * At most `width` tasks at a time, a bounded queue, and a refusal beyond it: a flood of sign-ins must not
 * take the threads that sign tokens, nor wait for longer than its callers do.
 */
export interface Bulkhead {
  /**
   * Throws `temporarily_unavailable` (`passwords/overloaded`) when there is no room, or none came in time.
   */
  run<T>(task: () => Promise<T>): Promise<T>
}

export interface BulkheadOptions {
  width: number
  queueLength: number
  /** Seconds after which a waiting task is refused when its turn comes. */
  patience: number
  clock: Clock
}

interface Waiting {
  since: number
  start(): void
  refuse(error: CountersignError): void
}

export function createBulkhead({ width, queueLength, patience, clock }: BulkheadOptions): Bulkhead {
  const queue: Waiting[] = []
  let running = 0

  function release(): void {
    running--
    while (running < width) {
      const next = queue.shift()
      if (next === undefined) return
      if (clock.monotonic() - next.since > patience * 1000) {
        next.refuse(overloaded())
        continue
      }
      running++
      next.start()
    }
  }

  function enter(): Promise<void> | undefined {
    if (running < width) {
      running++
      return undefined
    }
    if (queue.length >= queueLength) throw overloaded()
    return new Promise((start, refuse) => queue.push({ since: clock.monotonic(), start, refuse }))
  }

  return {
    async run(task) {
      await enter()
      try {
        return await task()
      } finally {
        release()
      }
    }
  }
}

function overloaded(): CountersignError {
  return new CountersignError('temporarily_unavailable', { reason: 'passwords/overloaded', retryAfter: 1 })
}
