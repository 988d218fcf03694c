import type { Log } from '../ports/log.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import { isUnavailable } from '../protocol/errors.ts'

/** Once it is known where the client is, it is told of our own trouble, too (RFC 6749 §4.1.2.1). */
export function faultOfBreakdown(error: unknown, log: Log): AuthorizationFault {
  if (isUnavailable(error)) {
    log.warn({ err: error }, 'an authorization could not be completed')
    return { error: 'temporarily_unavailable', rule: 'unavailable' }
  }
  log.error({ err: error }, 'an authorization failed unexpectedly')
  return { error: 'server_error', rule: 'unexpected' }
}
