import { pino, type DestinationStream, type Logger } from 'pino'
import { withoutCredentials } from './protocol/without-credentials.ts'

/** The log: JSON lines on standard output. What could carry a secret is left out by construction, not by care. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: {
      req: (request: { method: string; url: string }) => ({ method: request.method, path: request.url.split('?', 1)[0] }),
      res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
      err: describeError
    }
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

interface LoggedError {
  type: string
  message: string
  code?: unknown
  stack?: string | undefined
  cause?: LoggedError
}

/** Name, message, code and stack, down the causes: nothing that an error carries in members of its own. */
function describeError(error: unknown): LoggedError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as NodeJS.ErrnoException
  const cause = describeError(error.cause)
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    ...(code !== undefined && { code }),
    stack: error.stack && withoutCredentials(error.stack),
    ...(cause && { cause })
  }
}
