/** Those who wait until there is something new, each for so long and no longer; nobody waits at an instance that is cut off. */
export interface Waiting {
  count(): number
  /**
   * Resolves when there is something new, when the time is over, when this instance goes stale, or when nobody wants to know.
   * @param patience milliseconds
   */
  forNews(patience: number, gone: AbortSignal): Promise<void>
  wakeAll(): void
}

/** Milliseconds between two looks whether the instance has gone stale. */
const lookEvery = 100

export function createWaiting(isStale: () => boolean): Waiting {
  const callbacks = new Set<() => void>()
  let looking: NodeJS.Timeout | undefined

  function wakeAll(): void {
    for (const callback of callbacks) callback()
  }

  function enter(callback: () => void): void {
    callbacks.add(callback)
    looking ??= setInterval(() => { if (isStale()) wakeAll() }, lookEvery)
  }

  function leave(callback: () => void): void {
    callbacks.delete(callback)
    if (callbacks.size > 0) return
    clearInterval(looking)
    looking = undefined
  }

  return {
    wakeAll,
    count: () => callbacks.size,
    forNews: (patience, gone) => new Promise(resolve => {
      if (gone.aborted) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        gone.removeEventListener('abort', done)
        leave(done)
        resolve()
      }
      const timer = setTimeout(done, patience)
      enter(done)
      gone.addEventListener('abort', done)
    })
  }
}
