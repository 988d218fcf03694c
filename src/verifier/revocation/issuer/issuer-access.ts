import { createClientToken } from './client-token.ts'
import { createIssuerCaller, type IssuerCaller } from './issuer-caller.ts'
import type { RevocationContext } from '../revocation-context.ts'
import type { ServiceClient } from '../revocation-options.ts'
import { createIssuerTime, type IssuerTime } from './issuer-time.ts'

/** How the checkers of all modes reach the service. */
export interface IssuerAccess {
  caller: IssuerCaller
  time: IssuerTime
}

export function openIssuerAccess(client: ServiceClient, context: RevocationContext, signal: AbortSignal): IssuerAccess {
  const { fetch, clock, issuer } = context
  const url = urlOf(client, issuer)
  const token = createClientToken({ url, clientId: client.clientId, clientSecret: client.clientSecret, fetch, clock, signal })
  const time = createIssuerTime(clock)
  return { time, caller: createIssuerCaller({ url, token, fetch, clock, time }) }
}

/** Where the service is reached, without a slash at its end. */
export function urlOf({ serviceUrl }: Pick<ServiceClient, 'serviceUrl'>, issuer: string): string {
  return serviceUrl?.replace(/\/$/, '') ?? issuer
}
