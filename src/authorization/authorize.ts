import type { Log } from '../ports/log.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import type { AuthorizationParams } from '../protocol/authorization-params.ts'
import { errorOfStep, noProgress } from '../protocol/authorization-policy.ts'
import { buildErrorResponse, type AuthorizationResponse, type ResponseTarget } from '../protocol/authorization-response.ts'
import { CountersignError, isUnavailable } from '../protocol/errors.ts'
import type { Client } from '../stores/clients.ts'
import type { CheckRequest } from './check-request.ts'
import type { Interactions } from './interactions.ts'
import type { IssueCode } from './issue-code.ts'
import type { Asked, LookAtPerson } from './look-at-person.ts'
import type { DestinationFault } from './read-destination.ts'

/**
 * From an authorization request to a code. This folder owns the way of one request: is the client allowed to ask, who is
 * there, what has the person still to do, and the answer. It decides nothing that protocol/ can decide, knows no HTTP and
 * no page, and issues no token: what a code becomes is a grant's business.
 */
export type Authorize = (attempt: AuthorizationAttempt) => Promise<AuthorizationOutcome>

export interface AuthorizationAttempt {
  params: AuthorizationParams
  /** What the session cookie holds. */
  cookie: string | undefined
  /** What tells this browser from others. */
  browser: string
  /** Where it is, as far as limits count. */
  address: string
}

export type AuthorizationOutcome =
  | { kind: 'response'; response: AuthorizationResponse; isWarned: boolean }
  | { kind: 'interaction'; id: string }
  | { kind: 'lost'; fault: DestinationFault }

export interface AuthorizeOptions {
  checkRequest: CheckRequest
  lookAtPerson: LookAtPerson
  issueCode: IssueCode
  interactions: Interactions
  issuer: string
  log: Log
}

export function createAuthorize(options: AuthorizeOptions): Authorize {
  const { checkRequest, issuer, log } = options

  /** A client that registered itself could use us to send people anywhere: they are told first (RFC 9700 §4.11.2). */
  function refuse(client: Client, to: ResponseTarget, fault: AuthorizationFault): AuthorizationOutcome {
    log.info({ reason: `authorize/${fault.rule}`, clientId: client.id }, 'refused')
    return {
      kind: 'response',
      response: buildErrorResponse(to, fault, issuer),
      isWarned: client.registrationTokenHash !== undefined
    }
  }

  return async attempt => {
    const checked = await checkRequest(attempt.params)
    if (checked.verdict === 'lost') return { kind: 'lost', fault: checked.fault }
    const { client } = checked
    if (checked.verdict === 'fault') return refuse(client, checked.to, checked.fault)
    try {
      const outcome = await proceed({ ...checked, cookie: attempt.cookie, progress: noProgress }, attempt, options)
      return 'rule' in outcome ? refuse(client, checked.request, outcome) : outcome
    } catch (error) {
      // The person has to wait, and the application could only send them here again.
      if (error instanceof CountersignError && error.code === 'rate_limited') throw error
      return refuse(client, checked.request, faultOfBreakdown(error, log))
    }
  }
}

async function proceed(
  asked: Asked, { browser, address }: AuthorizationAttempt, { lookAtPerson, issueCode, interactions }: AuthorizeOptions
): Promise<AuthorizationOutcome | AuthorizationFault> {
  const { request, target } = asked
  const { step, standing } = await lookAtPerson(asked)
  if (step === 'bad-hint') return { error: 'invalid_request', rule: 'bad-hint', sentence: 'The id_token_hint is not an ID token of ours for this client.' }
  if (step === 'issue') {
    const { response, keep } = issueCode(asked, standing!)
    await keep()
    return { kind: 'response', response, isWarned: false }
  }
  if (request.prompts.includes('none')) return { error: errorOfStep(step), rule: `prompt-none-${step}` }
  return { kind: 'interaction', id: await interactions.begin({ request, target, browser, address }) }
}

/** Once it is known where the client is, it is told of our own trouble, too (RFC 6749 §4.1.2.1). */
export function faultOfBreakdown(error: unknown, log: Log): AuthorizationFault {
  if (isUnavailable(error)) {
    log.warn({ err: error }, 'an authorization could not be completed')
    return { error: 'temporarily_unavailable', rule: 'unavailable' }
  }
  log.error({ err: error }, 'an authorization failed unexpectedly')
  return { error: 'server_error', rule: 'unexpected' }
}
