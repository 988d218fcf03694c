import type { ClientRegistry } from '../clients/registry.ts'
import type { Log } from '../ports/log.ts'
import type { AuthorizationFault } from '../protocol/authorization-errors.ts'
import { errorOfStep, type Question } from '../protocol/authorization-policy.ts'
import { buildErrorResponse, type AuthorizationResponse } from '../protocol/authorization-response.ts'
import type { AuthorizationStanding } from '../stores/authorizations.ts'
import type { Client } from '../stores/clients.ts'
import { matchRedirectUri } from '../protocol/match-redirect-uri.ts'
import type { Interactions, OpenInteraction } from './interactions.ts'
import type { IssueCode } from './issue-code.ts'
import type { LookAtPerson } from './look-at-person.ts'

/** The rest of the way: what a person is to be asked next, or the answer that goes back to the client. */
export interface Resume {
  /** `cookie` is what the session cookie holds. */
  next(interaction: OpenInteraction, cookie: string | undefined): Promise<Resumption>
  /** The person does not want to. */
  deny(interaction: OpenInteraction): Promise<Resumption>
}

export type Resumption =
  | { kind: 'ask'; step: Question; client: Client; standing: AuthorizationStanding | undefined }
  | { kind: 'response'; response: AuthorizationResponse }
  /** It was answered a while ago or for somebody else, or the client is gone or has no longer that address. */
  | { kind: 'ended' }

export interface ResumeOptions {
  registry: Pick<ClientRegistry, 'find'>
  lookAtPerson: LookAtPerson
  issueCode: IssueCode
  interactions: Interactions
  issuer: string
  log: Log
}

export function createResume({ registry, lookAtPerson, issueCode, interactions, issuer, log }: ResumeOptions): Resume {
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
    const response = await issueCode({ ...interaction, client, cookie: undefined }, standing)
    const { userId } = standing.session
    // Of two clicks one code comes, and it is the one that both are sent on with; the other's is forgotten here.
    return await interactions.answer(interaction, { response, userId }) ? { kind: 'response', response } : repeat(interaction, userId)
  }

  return {
    async deny(interaction) {
      if (await findClient(interaction, registry) === undefined) return { kind: 'ended' }
      return refuse(interaction, { error: 'access_denied', rule: 'denied' })
    },
    async next(interaction, cookie) {
      const client = await findClient(interaction, registry)
      if (client === undefined) return { kind: 'ended' }
      const { step, standing } = await lookAtPerson({ ...interaction, client, cookie })
      if (interaction.answered !== undefined) return repeat(interaction, standing?.session.userId)
      if (step === 'bad-hint') return refuse(interaction, { error: 'invalid_request', rule: 'bad-hint' })
      if (step === 'wrong-user') return refuse(interaction, { error: errorOfStep(step), rule: step })
      return step === 'issue' ? issue(interaction, client, standing!) : { kind: 'ask', step, client, standing }
    }
  }
}

/** A person may take half an hour, and an operator take an address away meanwhile. */
async function findClient({ request }: OpenInteraction, registry: ResumeOptions['registry']): Promise<Client | undefined> {
  const client = await registry.find(request.clientId)
  return client && matchRedirectUri(client, request.redirectUri) ? client : undefined
}
