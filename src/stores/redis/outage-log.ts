import type { Log } from '../../ports/log.ts'

/** One line when Redis goes and one when it returns. Never its URL, which may hold a password. */
export function createOutageLog(log: Log): { begins(error: Error): void; ends(): void } {
  let away = false
  return {
    begins(error) {
      if (away) return
      away = true
      const fault = (error as NodeJS.ErrnoException).code ?? error.message
      log.warn(
        { reason: 'redis/unreachable', fault },
        'Redis is away; the service goes on without it and keeps trying'
      )
    },
    ends() {
      if (away) log.info({}, 'Redis is back')
      away = false
    }
  }
}
