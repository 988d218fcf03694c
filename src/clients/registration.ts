import type { Random } from '../ports/random.ts'
import { CountersignError } from '../protocol/errors.ts'
import { clientTagOf, isClientId, isLikeSubject } from '../protocol/identifiers.ts'
import type { ClientProfile, ClientStore } from '../stores/clients.ts'
import { findClientFault, type ClientDraft, type RuleContext } from './rules/index.ts'
import { hashClientSecret, makeClientSecret } from './secret.ts'

/**
 * Registering clients, by an operator, who may ask for anything that the rules allow. This folder owns what a client is,
 * how it is registered and how it proves who it is; it knows nothing of what a client then asks for.
 */
export type RegisterClient = (request: ClientRequest) => Promise<RegisteredClient>

export interface RegisteredClient {
  clientId: string
  /** Undefined for a client that proves itself without one, or not at all. */
  secret: string | undefined
}

export interface ClientRequest extends Partial<Omit<ClientDraft, 'grantTypes'>> {
  /** Made up when there is none. */
  id?: string
  grantTypes: string[]
  /** Cannot keep a secret: an app or a page in the user's hands. */
  isPublic?: boolean
  actor: string
}

export interface ClientRegistrationOptions extends RuleContext {
  clients: Pick<ClientStore, 'create'>
  random: Random
}

/**
 * The secret is in the answer and nowhere else. Throws `invalid_request` that names the rule, `conflict` for
 * a taken id.
 */
export function createRegisterClient(options: ClientRegistrationOptions): RegisterClient {
  const { clients, random } = options
  return async request => {
    const id = request.id ?? makeClientId(random)
    checkId(id)
    const draft = toDraft(id, request)
    requireRules(draft, request.isPublic === true, options)
    const secret = makeNeededSecret(draft, random)
    const secretHash = secret === undefined ? undefined : hashClientSecret(secret)
    if (!await clients.create({ id, tag: clientTagOf(id), ...draft, secretHash }, request.actor)) {
      throw new CountersignError('conflict', {
        reason: 'clients/id-taken', sentence: 'A client with that id exists already.'
      })
    }
    return { clientId: id, secret }
  }
}

/** What holds for whatever an operator makes of a client. Throws `invalid_request` that names the rule. */
export function requireRules(draft: ClientDraft, isPublic: boolean, context: RuleContext): void {
  if (isPublic && draft.authMethods.join() !== 'none') {
    throw refused('public-with-method', 'A public client proves nothing: leave its methods of authentication out.')
  }
  const fault = findClientFault(draft, context)
  if (fault !== undefined) throw new CountersignError('invalid_request', fault)
}

export function makeClientId(random: Random): string {
  return `client_${random.bytes(12).toString('hex')}`
}

/** Undefined where no method of the client's has any use for a secret. */
export function makeNeededSecret({ authMethods }: Pick<ClientDraft, 'authMethods'>, random: Random): string | undefined {
  return authMethods.some(method => method.startsWith('client_secret_')) ? makeClientSecret(random) : undefined
}

function toDraft(id: string, request: ClientRequest): ClientDraft {
  const distinct = (texts: readonly string[] | undefined): string[] => [...new Set(texts)]
  const profile = request.profile ?? {}
  return {
    name: request.name ?? id,
    authMethods: distinct(request.authMethods ?? defaultMethods(request.isPublic === true, profile)),
    grantTypes: distinct(request.grantTypes),
    scopes: distinct(request.scopes),
    audience: distinct(request.audience),
    redirectUris: distinct(request.redirectUris),
    postLogoutRedirectUris: distinct(request.postLogoutRedirectUris),
    backchannelLogoutUri: request.backchannelLogoutUri,
    profile
  }
}

/** Who registers keys means to use them. */
export function defaultMethods(isPublic: boolean, { jwks, jwksUri }: ClientProfile): string[] {
  if (isPublic) return ['none']
  return jwks !== undefined || jwksUri !== undefined ? ['private_key_jwt'] : ['client_secret_basic', 'client_secret_post']
}

/** A `sub` of a user begins with one of the prefixes, so no client id may (RFC 9068 §5). */
function checkId(id: string): void {
  if (!isClientId(id)) {
    throw refused('id', 'A client id is 1 to 100 letters, digits, dots, hyphens and underscores, ' +
      'and starts with a letter or digit.')
  }
  if (isLikeSubject(id)) {
    throw refused('id-like-user', 'A client id cannot start with usr_ or pws_: that is how the ids of users begin.')
  }
}

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `clients/${rule}`, sentence })
}
