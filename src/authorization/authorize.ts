import type { Log } from '../ports/log.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import type { AuthorizationParams } from '../protocol/authorization-params.ts'
import { errorOfStep, noProgress } from '../protocol/authorization-policy.ts'
import { buildErrorResponse, type AuthorizationResponse, type ResponseTarget } from '../protocol/authorization-response.ts'
import { CountersignError } from '../protocol/errors.ts'
import type { Client } from '../stores/clients.ts'
import type { CheckRequest } from './check-request.ts'
import { faultOfBreakdown } from './fault-of-breakdown.ts'
import type { Interactions } from './interactions.ts'
import type { IssueCode } from './issue-code.ts'
import type { Asked, LookAtPerson } from './look-at-person.ts'
import type { MustWarn } from './must-warn.ts'
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
  mustWarn: MustWarn
  issueCode: IssueCode
  interactions: Interactions
  issuer: string
  log: Log
}

interface Refusal {
  client: Client
  to: ResponseTarget
  fault: AuthorizationFault
}

export function createAuthorize(options: AuthorizeOptions): Authorize {
  const { checkRequest, mustWarn, issuer, log } = options

  async function refuse({ client, to, fault }: Refusal, cookie: string | undefined): Promise<AuthorizationOutcome> {
    log.info({ reason: `authorize/${fault.rule}`, clientId: client.id }, 'refused')
    return {
      kind: 'response',
      response: buildErrorResponse(to, fault, issuer),
      isWarned: await mustWarn(cookie, client, to.redirectUri)
    }
  }

  return async attempt => {
    const { params, cookie } = attempt
    const checked = await checkRequest(params)
    if (checked.verdict === 'lost') return { kind: 'lost', fault: checked.fault }
    const { client } = checked
    if (checked.verdict === 'fault') return refuse(checked, cookie)
    try {
      const { request, target } = checked
      const outcome = await proceed({ client, request, target, cookie, progress: noProgress }, attempt, options)
      return 'rule' in outcome ? await refuse({ client, to: request, fault: outcome }, cookie) : outcome
    } catch (error) {
      // The person has to wait, and the application could only send them here again.
      if (error instanceof CountersignError && error.code === 'rate_limited') throw error
      return refuse({ client, to: checked.request, fault: faultOfBreakdown(error, log) }, cookie)
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
