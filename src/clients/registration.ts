import type { Random } from '../ports/random.ts'
import { CountersignError } from '../protocol/errors.ts'
import { clientTagOf, isClientId, userIdPrefix } from '../protocol/identifiers.ts'
import { findRedirectUriFault } from '../protocol/redirect-uri.ts'
import { isReservedScope, parseScope } from '../protocol/scope.ts'
import type { ClientStore } from '../stores/clients.ts'
import { hashClientSecret, makeClientSecret } from './secret.ts'

/** Registering clients, by an operator: every rule that a client must obey, checked once, here. */
export type RegisterClient = (request: ClientRequest) => Promise<RegisteredClient>

export interface RegisteredClient {
  clientId: string
  /** Undefined for a public client. */
  secret: string | undefined
}

export interface ClientRequest {
  /** Made up when there is none. */
  id?: string
  name?: string
  grantTypes: string[]
  scopes?: string[]
  audience?: string[]
  redirectUris?: string[]
  /** Cannot keep a secret: an app or a page in the user's hands. */
  isPublic?: boolean
  actor: string
}

export interface ClientRegistrationOptions {
  issuer: string
  clients: ClientStore
  random: Random
  /** The grant types that work, and whether a public client may use them. */
  grantTypes: ReadonlyArray<{ type: string; allowsPublicClients: boolean }>
}

/** Visible to verifiers in `aud`; no spaces, since lists of them are separated by such. */
const audiencePattern = /^[\x21-\x7E]{1,200}$/

/**
 * The secret is in the answer and nowhere else. Throws `invalid_request` that names the rule, `conflict` for
 * a taken id.
 */
export function createRegisterClient(options: ClientRegistrationOptions): RegisterClient {
  const { clients, random } = options
  return async request => {
    const id = request.id ?? `client_${random.bytes(12).toString('hex')}`
    checkId(id)
    checkGrantTypes(request, options)
    checkScopes(request)
    for (const uri of request.redirectUris ?? []) checkRedirectUri(uri)
    const audience = [...new Set(request.audience)]
    checkTotal([...audience, ...request.scopes ?? []])
    if (!audience.every(item => audiencePattern.test(item))) {
      throw refused('audience', 'An audience is 1 to 200 visible characters without spaces.')
    }
    checkReservedAudience(request, audience, options.issuer)
    const secret = request.isPublic ? undefined : makeClientSecret(random)
    const created = await clients.create({
      id,
      tag: clientTagOf(id),
      name: request.name ?? id,
      secretHash: secret === undefined ? undefined : hashClientSecret(secret),
      authMethods: secret === undefined ? ['none'] : ['client_secret_basic', 'client_secret_post'],
      grantTypes: [...new Set(request.grantTypes)],
      scopes: [...new Set(request.scopes)],
      audience,
      redirectUris: [...new Set(request.redirectUris)]
    }, request.actor)
    if (!created) {
      throw new CountersignError('conflict', {
        reason: 'clients/id-taken', sentence: 'A client with that id exists already.'
      })
    }
    return { clientId: id, secret }
  }
}

/** A user's `sub` starts with the prefix, so no client id may (RFC 9068 §5). */
function checkId(id: string): void {
  if (!isClientId(id)) {
    throw refused('id', 'A client id is 1 to 100 letters, digits, dots, hyphens and underscores, ' +
      'and starts with a letter or digit.')
  }
  if (id.toLowerCase().startsWith(userIdPrefix)) {
    throw refused('id-like-user', `A client id cannot start with ${userIdPrefix}: that is how the ids of users begin.`)
  }
}

function checkGrantTypes(request: ClientRequest, { grantTypes }: ClientRegistrationOptions): void {
  if (request.grantTypes.length === 0) throw refused('no-grants', `Name at least one grant type: ${listOf(grantTypes)}.`)
  for (const wanted of request.grantTypes) {
    const known = grantTypes.find(({ type }) => type === wanted)
    if (known === undefined) throw refused('unknown-grant', `The grant types are: ${listOf(grantTypes)}.`)
    if (request.isPublic && !known.allowsPublicClients) {
      throw refused('public-grant', `The grant type ${known.type} needs a client with a secret.`)
    }
  }
}

function checkScopes({ scopes = [], grantTypes }: ClientRequest): void {
  if (scopes.some(scope => scope.length > 200 || parseScope(scope)?.length !== 1)) {
    throw refused('scope', 'A scope is visible characters without spaces, quotes or backslashes (RFC 6749 §3.3).')
  }
  if (scopes.some(isReservedScope) && grantTypes.some(type => type !== 'client_credentials')) {
    throw refused('reserved-scope',
      'Scopes that manage Countersign (revocations:…) are for clients with the grant type client_credentials alone.')
  }
}

/** Countersign's own API is the issuer: a token that is not for the issuer could not use such a scope. */
function checkReservedAudience({ scopes = [] }: ClientRequest, audience: readonly string[], issuer: string): void {
  if (scopes.some(isReservedScope) && audience.length > 0 && !audience.includes(issuer)) {
    throw refused('audience-without-issuer',
      `The scopes revocations:… are for Countersign itself: name ${issuer} among the audiences, too.`)
  }
}

/** All of them stand in each of its tokens, and headers that are too long are refused by servers everywhere. */
function checkTotal(items: readonly string[]): void {
  if (items.join(' ').length > 2000) {
    throw refused('too-many', 'The scopes and audiences of a client are at most 2,000 characters together.')
  }
}

function checkRedirectUri(uri: string): void {
  const fault = findRedirectUriFault(uri)
  if (fault !== undefined) throw refused('redirect-uri', `A redirect URI is refused: it ${fault}.`)
}

const listOf = (grantTypes: ReadonlyArray<{ type: string }>): string => grantTypes.map(({ type }) => type).join(', ')

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `clients/${rule}`, sentence })
}
