/**
 * The promise, or the signal's reason where that comes first. To give the signal to `fetch` is not enough: Node's own loses it
 * once its request was collected as garbage, though the answer is still being read, and nothing would end a silent one.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
