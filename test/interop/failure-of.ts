/** What a promise fails with; undefined when it does not. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => undefined, (error: unknown) => error)
}
