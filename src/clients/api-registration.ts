import { CountersignError } from '../protocol/errors.ts'
import { findResourceFault } from '../protocol/resource.ts'
import { isOidcScope, isReservedScope, parseScope } from '../protocol/scope.ts'
import type { ApiChanges, ApiStore } from '../stores/apis.ts'
import type { ClientStore } from '../stores/clients.ts'
import { firstPartyClientId } from './registry.ts'

/**
 * Registering APIs, by an operator: every rule that an API must obey, checked once, here. Throws `invalid_request` that
 * names the rule.
 */
export interface ApiRegistration {
  /** Throws `conflict` for a taken identifier. */
  create(request: ApiRequest, actor: string): Promise<void>
  /** Throws `not_found` when there is no such API. */
  change(identifier: string, changes: ApiChanges, actor: string): Promise<void>
}

export interface ApiRequest extends Pick<ApiChanges, 'name' | 'scopes' | 'clients' | 'statusList'> {
  identifier: string
  /** Seconds. */
  tokenLifetime?: number
}

export interface ApiRegistrationOptions {
  apis: ApiStore
  clients: ClientStore
  issuer: string
  /** Seconds: no token lives longer. */
  accessTokenLifetime: number
}

/** Seconds; what ACCESS_TOKEN_LIFETIME may be at least. */
const shortestLifetime = 10

export function createApiRegistration(options: ApiRegistrationOptions): ApiRegistration {
  const { apis } = options
  return {
    async create({ identifier, name = identifier, scopes = [], clients = [], tokenLifetime, statusList = false }, actor) {
      checkIdentifier(identifier, options.issuer)
      const api = { name, scopes: [...new Set(scopes)], clients: [...new Set(clients)], tokenLifetime, statusList }
      await check(api, options)
      if (!await apis.create({ identifier, ...api }, actor)) {
        throw new CountersignError('conflict', {
          reason: 'apis/identifier-taken', sentence: 'An API with that identifier exists already.'
        })
      }
    },
    async change(identifier, changes, actor) {
      await check(changes, options)
      const { scopes, clients } = changes
      const distinct = { ...scopes && { scopes: [...new Set(scopes)] }, ...clients && { clients: [...new Set(clients)] } }
      if (!await apis.change(identifier, { ...changes, ...distinct }, actor)) throw unknownApi()
    }
  }
}

export function unknownApi(): CountersignError {
  return new CountersignError('not_found', { reason: 'apis/unknown', sentence: 'There is no API with that identifier.' })
}

function checkIdentifier(identifier: string, issuer: string): void {
  const fault = findResourceFault(identifier)
  if (fault !== undefined) throw refused('identifier', `The identifier is refused: it ${fault}.`)
  if (identifier === issuer) throw refused('issuer', 'The issuer is no API: tokens for it come with the scope openid.')
}

async function check({ scopes = [], clients = [], tokenLifetime }: ApiChanges, options: ApiRegistrationOptions): Promise<void> {
  checkScopes(scopes)
  const longest = options.accessTokenLifetime
  if (typeof tokenLifetime === 'number' && (tokenLifetime < shortestLifetime || tokenLifetime > longest)) {
    throw refused('lifetime', `A token lifetime is ${shortestLifetime} seconds to ACCESS_TOKEN_LIFETIME, which is ${longest}.`)
  }
  for (const id of clients) {
    if (id === firstPartyClientId) {
      throw refused('built-in-client', 'The audience of first-party sign-in is FIRST_PARTY_AUDIENCES, not an API.')
    }
    if (await options.clients.find(id) === undefined) throw refused('unknown-client', 'One of the clients does not exist.')
  }
}

function checkScopes(scopes: readonly string[]): void {
  if (scopes.some(scope => scope.length > 200 || parseScope(scope)?.length !== 1)) {
    throw refused('scope', 'A scope is visible characters without spaces, quotes or backslashes (RFC 6749 §3.3).')
  }
  if (scopes.some(scope => isOidcScope(scope) || isReservedScope(scope))) {
    throw refused('scope-of-issuer', 'The scopes of OpenID Connect, revocations:… and countersign:… belong to Countersign itself.')
  }
  if (scopes.join(' ').length > 1000) {
    throw refused('too-many-scopes', 'The scopes of an API are at most 1,000 characters together.')
  }
}

function refused(rule: string, sentence: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `apis/${rule}`, sentence })
}
