import { createClientToken } from './client-token.ts'
import { createIssuerCaller, type IssuerCaller } from './issuer-caller.ts'
import type { RevocationContext } from './revocation-context.ts'
import type { ServiceClient } from './revocation-options.ts'
import { createServiceTime, type ServiceTime } from './service-time.ts'

/** How the checkers of all modes reach the service. */
export interface ServiceAccess {
  caller: IssuerCaller
  time: ServiceTime
}

export function openServiceAccess(client: ServiceClient, context: RevocationContext, signal: AbortSignal): ServiceAccess {
  const { fetch, clock, issuer } = context
  const url = client.serviceUrl?.replace(/\/$/, '') ?? issuer
  const token = createClientToken({ url, clientId: client.clientId, clientSecret: client.clientSecret, fetch, clock, signal })
  const time = createServiceTime(clock)
  return { time, caller: createIssuerCaller({ url, token, fetch, clock, time }) }
}
