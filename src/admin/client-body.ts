import type { ClientChanges } from '../clients/change-draft.ts'
import type { ClientRequest } from '../clients/registration.ts'
import type { ClientProfile } from '../stores/clients.ts'

/** What the body of `POST /admin/clients` holds. */
export interface ClientBody {
  id?: string
  name?: string
  grants: string[]
  scopes?: string[]
  audience?: string[]
  redirectUris?: string[]
  postLogoutRedirectUris?: string[]
  backchannelLogoutUri?: string
  authMethods?: string[]
  public?: boolean
  profile?: ClientProfile
}

/** What the body of `PATCH /admin/clients/:id` holds: null takes away, an empty list empties. */
export interface ClientChangesBody extends Partial<Omit<ClientBody, 'id' | 'backchannelLogoutUri' | 'profile'>> {
  backchannelLogoutUri?: string | null
  profile?: NonNullable<ClientChanges['profile']>
}

const text = { type: 'string', minLength: 1, maxLength: 2000 }
const texts = { type: 'array', maxItems: 100, items: text }
const only = (value: unknown) => ({ const: value })

/** The switches have one value each: what is not said is off. */
const profile: Record<keyof ClientProfile, object> = {
  applicationType: only('native'),
  requirePkce: only(false),
  isTrusted: only(true),
  subjectType: only('pairwise'),
  sectorIdentifier: text,
  jwks: { type: 'object' },
  jwksUri: text,
  acceptsEndpointAudience: only(true),
  userinfoSignedResponseAlg: only('RS256'),
  defaultMaxAge: { type: 'integer', minimum: 0 },
  backchannelLogoutSessionRequired: only(true),
  clientUri: text,
  logoUri: text,
  policyUri: text,
  tosUri: text,
  contacts: texts
}

const members = {
  name: { type: 'string', minLength: 1, maxLength: 200 },
  grants: texts,
  scopes: texts,
  audience: texts,
  redirectUris: texts,
  postLogoutRedirectUris: texts,
  authMethods: texts,
  public: { type: 'boolean' }
}

export const clientBodySchema = {
  type: 'object',
  required: ['grants'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', maxLength: 200 },
    ...members,
    backchannelLogoutUri: text,
    profile: { type: 'object', additionalProperties: false, properties: profile }
  } satisfies Record<keyof ClientBody, object>
}

export const clientChangesSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    ...members,
    backchannelLogoutUri: orNull(text),
    profile: {
      type: 'object', additionalProperties: false,
      properties: Object.fromEntries(Object.entries(profile).map(([member, schema]) => [member, orNull(schema)]))
    }
  } satisfies Record<keyof ClientChangesBody, object>
}

function orNull({ type, const: one, ...rest }: { type?: string; const?: unknown }): object {
  return type === undefined ? { enum: [one, null] } : { ...rest, type: [type, 'null'] }
}

export function toClientRequest({ grants, public: isPublic = false, ...rest }: ClientBody): ClientRequest {
  return { ...rest, grantTypes: grants, isPublic, actor: 'admin' }
}

export function toClientChanges({ grants, public: isPublic, ...rest }: ClientChangesBody): ClientChanges {
  return { ...rest, ...(grants && { grantTypes: grants }), ...(isPublic !== undefined && { isPublic }) }
}
