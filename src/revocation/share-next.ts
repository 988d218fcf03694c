/**
 * Lets those who ask at the same time share one answer: who comes while an act is under way gets the next one, so that
 * no answer is older than its question, and a crowd costs two acts and not hundreds.
 */
export function shareNext<T>(act: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined

  const begin = (): Promise<T> => {
    running = act().finally(() => { running = undefined })
    return running
  }

  return () => {
    if (running === undefined) return begin()
    next ??= running.catch(() => undefined).then(() => {
      next = undefined
      return begin()
    })
    return next
  }
}
