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
  const follow = (): void => controller.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  const beginSilence = () => setTimeout(bark(`nothing came for ${silence} ms`), silence)
  let quiet = beginSilence()
  const whole = total === undefined ? undefined : setTimeout(bark(`not done within ${total} ms`), total)
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(quiet)
      quiet = beginSilence()
    },
    stop() {
      clearTimeout(quiet)
      clearTimeout(whole)
      signal.removeEventListener('abort', follow)
    }
  }
}

/**
 * Does what may take so long and no longer. Not by AbortSignal.any over AbortSignal.timeout: on Node 20 nothing holds the latter
 * then, and once it was collected as garbage the time never ends.
 */
export async function withWatchdog<T>(options: WatchdogOptions, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const watchdog = createWatchdog(options)
  try {
    return await act(watchdog.signal)
  } finally {
    watchdog.stop()
  }
}
