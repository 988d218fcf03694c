/** Ends a request that has gone quiet. */
export interface Watchdog {
  signal: AbortSignal
  /** Something came. */
  touch(): void
  stop(): void
}

export interface WatchdogOptions {
  /** Milliseconds without a sign of life. */
  silence: number
  /** Milliseconds altogether. */
  total?: number
  /** Ends it, too. */
  signal: AbortSignal
}

export function createWatchdog({ silence, total, signal }: WatchdogOptions): Watchdog {
  const controller = new AbortController()
  const bark = (why: string) => () => controller.abort(new Error(why))
  const beginSilence = () => setTimeout(bark(`nothing came for ${silence} ms`), silence)
  let quiet = beginSilence()
  const whole = total === undefined ? undefined : setTimeout(bark(`not done within ${total} ms`), total)
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    touch() {
      clearTimeout(quiet)
      quiet = beginSilence()
    },
    stop() {
      clearTimeout(quiet)
      clearTimeout(whole)
    }
  }
}
