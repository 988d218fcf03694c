import type { ClientRegistry } from '../clients/registry.ts'
import type { Log } from '../ports/log.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import { errorOfStep, type Question } from '../protocol/authorization-policy.ts'
import { buildErrorResponse, type AuthorizationResponse } from '../protocol/authorization-response.ts'
import type { AuthorizationStanding } from '../stores/authorizations.ts'
import type { Client } from '../stores/clients.ts'
import { matchRedirectUri } from '../protocol/match-redirect-uri.ts'
import { faultOfBreakdown } from './fault-of-breakdown.ts'
import type { Interactions, OpenInteraction } from './interactions.ts'
import type { IssueCode } from './issue-code.ts'
import type { LookAtPerson } from './look-at-person.ts'
import type { MustWarn } from './must-warn.ts'

/** The rest of the way: what a person is to be asked next, or the answer that goes back to the client. */
export interface Resume {
  /** `cookie` is what the session cookie holds. */
  next(interaction: OpenInteraction, cookie: string | undefined): Promise<Resumption>
  /** The person does not want to. */
  deny(interaction: OpenInteraction, cookie: string | undefined): Promise<Resumption>
}

export type Resumption =
  | { kind: 'ask'; step: Question; client: Client; standing: AuthorizationStanding | undefined }
  /** `isWarned`: not before the person is told where it leads. */
  | { kind: 'response'; response: AuthorizationResponse; isWarned?: boolean }
  /** It was answered a while ago or for somebody else, or the client is gone or has no longer that address. */
  | { kind: 'ended' }

export interface ResumeOptions {
  registry: Pick<ClientRegistry, 'find'>
  lookAtPerson: LookAtPerson
  mustWarn: MustWarn
  issueCode: IssueCode
  interactions: Interactions
  issuer: string
  log: Log
}

type Act = (interaction: OpenInteraction, client: Client, cookie: string | undefined) => Promise<Resumption>

export function createResume({ registry, lookAtPerson, mustWarn, issueCode, interactions, issuer, log }: ResumeOptions): Resume {
  async function refuse(interaction: OpenInteraction, fault: AuthorizationFault): Promise<Resumption> {
    log.info({ reason: `authorize/${fault.rule}`, clientId: interaction.request.clientId }, 'refused')
    const response = buildErrorResponse(interaction.request, fault, issuer)
    return await interactions.answer(interaction, { response }) ? { kind: 'response', response } : repeat(interaction, undefined)
  }

  async function repeat(interaction: OpenInteraction, userId: string | undefined): Promise<Resumption> {
    const response = await interactions.repeat(interaction, userId)
    return response === undefined ? { kind: 'ended' } : { kind: 'response', response }
  }

  async function issue(interaction: OpenInteraction, client: Client, standing: AuthorizationStanding): Promise<Resumption> {
    const { response, keep } = issueCode({ ...interaction, client, cookie: undefined }, standing)
    const { userId } = standing.session
    // Answered first: of two clicks one code comes, and it is the one that both are sent on with.
    if (!await interactions.answer(interaction, { response, userId })) return repeat(interaction, userId)
    try {
      await keep()
    } catch (error) {
      const fault = faultOfBreakdown(error, log)
      return { kind: 'response', response: buildErrorResponse(interaction.request, fault, issuer) }
    }
    return { kind: 'response', response }
  }

  async function proceed(interaction: OpenInteraction, client: Client, cookie: string | undefined): Promise<Resumption> {
    const { step, standing } = await lookAtPerson({ ...interaction, client, cookie })
    if (interaction.answered !== undefined) return repeat(interaction, standing?.session.userId)
    if (step === 'bad-hint') return refuse(interaction, { error: 'invalid_request', rule: 'bad-hint' })
    if (step === 'wrong-user') return refuse(interaction, { error: errorOfStep(step), rule: step })
    return step === 'issue' ? issue(interaction, client, standing!) : { kind: 'ask', step, client, standing }
  }

  /** An error on the way leads to the client no more freely than one at once. */
  const warned = (act: Act): Resume['next'] => async (interaction, cookie) => {
    const client = await findClient(interaction, registry)
    const resumption = client === undefined ? { kind: 'ended' as const } : await act(interaction, client, cookie)
    if (client === undefined || resumption.kind !== 'response' || !('error' in resumption.response.params)) return resumption
    return { ...resumption, isWarned: await mustWarn(cookie, client, resumption.response.redirectUri) }
  }

  return {
    next: warned(proceed),
    deny: warned(interaction => refuse(interaction, { error: 'access_denied', rule: 'denied' }))
  }
}

/** A person may take half an hour, and an operator take an address away meanwhile. */
async function findClient({ request }: OpenInteraction, registry: ResumeOptions['registry']): Promise<Client | undefined> {
  const client = await registry.find(request.clientId)
  return client && matchRedirectUri(client, request.redirectUri) ? client : undefined
}
