import { assertionAlgorithms } from './client-jwks.ts'
import type { Reason } from './errors.ts'

/**
 * Client metadata as they come from a stranger (RFC 7591 §2, OpenID Connect Registration §2): which members are known,
 * what type each has, and what of it can be had here. What is not known is ignored; so is `null` (RFC 7592 §2.2).
 */

export interface ClientMetadata {
  redirect_uris?: string[]
  post_logout_redirect_uris?: string[]
  backchannel_logout_uri?: string
  backchannel_logout_session_required?: boolean
  token_endpoint_auth_method?: string
  grant_types?: string[]
  response_types?: string[]
  application_type?: string
  client_name?: string
  scope?: string
  default_max_age?: number
  subject_type?: string
  userinfo_signed_response_alg?: string
  jwks?: Record<string, unknown>
  jwks_uri?: string
  client_uri?: string
  logo_uri?: string
  policy_uri?: string
  tos_uri?: string
  contacts?: string[]
}

type MemberType = 'text' | 'texts' | 'flag' | 'seconds' | 'object'

const memberTypes: Record<keyof ClientMetadata, MemberType> = {
  redirect_uris: 'texts',
  post_logout_redirect_uris: 'texts',
  backchannel_logout_uri: 'text',
  backchannel_logout_session_required: 'flag',
  token_endpoint_auth_method: 'text',
  grant_types: 'texts',
  response_types: 'texts',
  application_type: 'text',
  client_name: 'text',
  scope: 'text',
  default_max_age: 'seconds',
  subject_type: 'text',
  userinfo_signed_response_alg: 'text',
  jwks: 'object',
  jwks_uri: 'text',
  client_uri: 'text',
  logo_uri: 'text',
  policy_uri: 'text',
  tos_uri: 'text',
  contacts: 'texts'
}

/** The only values that a member may have: another would be a promise that is not kept. */
const choices: Record<string, readonly unknown[]> = {
  application_type: ['web', 'native'],
  subject_type: ['public', 'pairwise'],
  userinfo_signed_response_alg: ['RS256'],
  id_token_signed_response_alg: ['RS256'],
  token_endpoint_auth_signing_alg: assertionAlgorithms,
  id_token_encrypted_response_alg: [],
  userinfo_encrypted_response_alg: [],
  authorization_signed_response_alg: [],
  authorization_encrypted_response_alg: [],
  introspection_signed_response_alg: [],
  introspection_encrypted_response_alg: [],
  request_object_signing_alg: [],
  request_object_encryption_alg: [],
  require_signed_request_object: [false],
  require_pushed_authorization_requests: [false],
  dpop_bound_access_tokens: [false],
  tls_client_certificate_bound_access_tokens: [false],
  // Whose hosts share subjects could be had by naming somebody else's document.
  sector_identifier_uri: []
}

export interface MetadataFault {
  reason: Reason
  sentence: string
}

export type ReadMetadata = { metadata: ClientMetadata; fault?: undefined } | { fault: MetadataFault }

export function readClientMetadata(body: Readonly<Record<string, unknown>>): ReadMetadata {
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined)
  const metadata: Record<string, unknown> = {}
  for (const [member, value] of given) {
    const options = Object.hasOwn(choices, member) ? choices[member] : undefined
    if (options !== undefined && !options.includes(value)) return unsupported(member, options)
    const type = Object.hasOwn(memberTypes, member) ? memberTypes[member as keyof ClientMetadata] : undefined
    if (type === undefined) continue
    if (!isOfType(value, type)) return { fault: { reason: 'client-registration/member-type', sentence: `The member ${member} has another type.` } }
    metadata[member] = value
  }
  const fault = findContradiction(metadata)
  return fault === undefined ? { metadata } : { fault }
}

function unsupported(member: string, options: readonly unknown[]): ReadMetadata {
  const sentence = options[0] === undefined
    ? `The member ${member} is not supported here.`
    : options[0] === false
      ? `The member ${member} is not supported here: it may be false.`
      : `The member ${member} may be: ${options.join(', ')}.`
  return { fault: { reason: 'client-registration/member-value', sentence } }
}

function isOfType(value: unknown, type: MemberType): boolean {
  switch (type) {
    case 'text': return typeof value === 'string'
    case 'flag': return typeof value === 'boolean'
    case 'seconds': return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    case 'texts': return Array.isArray(value) && value.every(item => typeof item === 'string')
    case 'object': return typeof value === 'object' && value !== null && !Array.isArray(value)
  }
}

/** RFC 7591 §2.1: each grant type goes with its response type. There is one of the latter. */
function findContradiction(metadata: ClientMetadata): MetadataFault | undefined {
  const hasCodes = (metadata.grant_types ?? ['authorization_code']).includes('authorization_code')
  const responses = metadata.response_types ?? (hasCodes ? ['code'] : [])
  if (responses.some(type => type !== 'code')) return { reason: 'client-registration/response-type', sentence: 'The only response type is code.' }
  return hasCodes === responses.includes('code')
    ? undefined
    : { reason: 'client-registration/response-type', sentence: 'The response type code goes with the grant type authorization_code, and only so.' }
}
