/**
 * What the domain asks of other people's web servers, whose addresses clients choose: a guarded request, of which an answer
 * of any status but a redirect is handed on. Nothing is retried, no redirect followed, no credential or cookie sent.
 *
 * @throws OutboundError (protocol/outbound-error.ts) when there is no whole answer in time, or the address is refused
 */
export type OutboundFetch = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>

export interface OutboundRequest {
  /** `GET` when absent. */
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** Nobody vouches for who named the address: it gets to no private network, not even to those that are allowed. */
  isForStranger?: boolean
}

export interface OutboundAnswer {
  status: number
  body: string
}
