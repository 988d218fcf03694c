/**
 * One run at a time. Who comes while one is under way shares the next one, so that no answer is older than its question,
 * and a crowd costs two runs.
 */
export function createSingleFlight<T>(run: () => Promise<T>): { run(): Promise<T>; settled(): Promise<void> } {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined

  const begin = (): Promise<T> => {
    running = run().finally(() => { running = undefined })
    return running
  }

  return {
    run() {
      if (running === undefined) return begin()
      next ??= running.catch(() => undefined).then(() => {
        next = undefined
        return begin()
      })
      return next
    },
    settled: async () => void await running?.catch(() => undefined)
  }
}
