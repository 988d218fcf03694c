/** One thing that was examined: how it stands, and where it is not well, what to do. */
export interface Finding {
  check: string
  level: 'ok' | 'warn' | 'fail'
  message: string
  /** What to do about it. */
  remedy?: string
}

export interface Finder {
  ok(message: string): Finding
  warn(message: string, remedy: string): Finding
  fail(message: string, remedy: string): Finding
}

/** Makes the findings of one check. */
export function createFinder(check: string): Finder {
  return {
    ok: message => ({ check, level: 'ok', message }),
    warn: (message, remedy) => ({ check, level: 'warn', message, remedy }),
    fail: (message, remedy) => ({ check, level: 'fail', message, remedy })
  }
}
