/** An answer of the service with another status than the one that was asked for. Its body is let go. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
  readonly status: number
  /** Milliseconds that the service asks to be left alone. */
  readonly retryAfter: number | undefined

  constructor(what: string, response: Response) {
    super(`${what} was answered with ${response.status}`)
    this.status = response.status
    const seconds = Number(response.headers.get('retry-after') ?? NaN)
    this.retryAfter = Number.isFinite(seconds) ? seconds * 1000 : undefined
    // Or its connection would wait for somebody to read it.
    void response.body?.cancel().catch(() => undefined)
  }
}
