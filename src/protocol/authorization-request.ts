import type { AuthorizationFault } from './authorization-errors.ts'
import type { AuthorizationParams } from './authorization-params.ts'
import { parseClaimsRequest, type ClaimsRequest } from './claims-request.ts'
import { isCodeChallenge } from './pkce.ts'
import { parseScope } from './scope.ts'

/** An authorization request whose client and redirect URI are known to be good, checked (RFC 6749 §4.1.1, OpenID Connect Core
 * §3.1.2). Whether the client may have what it asks for is decided elsewhere. */
export interface AuthorizationRequest {
  clientId: string
  redirectUri: string
  /** Whether the request named it: then the token request may have to, too. */
  isRedirectUriGiven: boolean
  responseMode: ResponseMode
  state: string | undefined
  scopes: string[]
  resources: string[]
  nonce: string | undefined
  codeChallenge: string | undefined
  prompts: Prompt[]
  /** Seconds. */
  maxAge: number | undefined
  claims: ClaimsRequest | undefined
  loginHint: string | undefined
  idTokenHint: string | undefined
  uiLocales: string | undefined
}

export const responseModes = ['query', 'form_post'] as const
export type ResponseMode = typeof responseModes[number]

export const prompts = ['none', 'login', 'consent', 'select_account'] as const
export type Prompt = typeof prompts[number]

/** What of a client decides. */
export interface RequestingClient {
  isPublic: boolean
  requiresPkce: boolean
}

type Checked = AuthorizationRequest | { fault: AuthorizationFault }

/** Longer ones are refused: they have to come back through a URL. */
const maxStateLength = 4096
const maxNonceLength = 1024
/** What is over is dropped: nobody's address is longer, and what waits for a person is kept in memory. */
const maxHintLength = 254

/** Parameters that change what a request means, and that are not supported: never ignored (OpenID Connect Core §6.1). */
const unsupported = {
  request: 'request_not_supported', request_uri: 'request_uri_not_supported', registration: 'registration_not_supported'
} as const

export type Destination = Pick<AuthorizationRequest, 'clientId' | 'redirectUri' | 'isRedirectUriGiven'>

export function checkAuthorizationRequest(
  params: AuthorizationParams, destination: Destination, client: RequestingClient
): Checked {
  const fault = findFormFault(params) ?? findPkceFault(params, client) ?? findLimitFault(params)
  if (fault !== undefined) return { fault }
  const scopes = params.get('scope') === undefined ? [] : parseScope(params.get('scope')!)
  if (scopes === undefined) return refuse('invalid_scope', 'malformed-scope')
  const prompts = readPrompts(params.get('prompt'))
  if (prompts === undefined) return refuse('invalid_request', 'prompt', 'The prompt is not one of those that are supported.')
  const maxAge = params.get('max_age')
  if (maxAge !== undefined && !/^\d{1,10}$/.test(maxAge)) return refuse('invalid_request', 'max-age', 'max_age is not a number of seconds.')
  const claims = params.get('claims') === undefined ? undefined : parseClaimsRequest(params.get('claims')!)
  if (claims === 'malformed') return refuse('invalid_request', 'claims', 'The claims parameter is not a claims request.')
  return {
    clientId: destination.clientId,
    redirectUri: destination.redirectUri,
    isRedirectUriGiven: destination.isRedirectUriGiven,
    responseMode: responseModeOf(params),
    state: params.get('state'),
    scopes,
    resources: [...params.all('resource')],
    nonce: params.get('nonce'),
    codeChallenge: params.get('code_challenge'),
    prompts,
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    claims,
    loginHint: params.get('login_hint')?.slice(0, maxHintLength),
    idTokenHint: params.get('id_token_hint'),
    uiLocales: params.get('ui_locales')?.slice(0, maxHintLength)
  }
}

/** The mode for whatever is answered: an unknown one is refused by the usual. */
export function responseModeOf(params: AuthorizationParams): ResponseMode {
  return params.get('response_mode') === 'form_post' ? 'form_post' : 'query'
}

function findFormFault(params: AuthorizationParams): AuthorizationFault | undefined {
  if (params.faulty.size > 0) return faultOf('invalid_request', 'malformed-parameter', 'A parameter appears twice or is malformed.')
  for (const [name, error] of Object.entries(unsupported)) {
    if (params.get(name) !== undefined) return faultOf(error, name.replace('_', '-'))
  }
  const type = params.get('response_type')
  if (type === undefined) return faultOf('invalid_request', 'no-response-type', 'The parameter response_type is missing.')
  if (type !== 'code') return faultOf('unsupported_response_type', 'response-type')
  const mode = params.get('response_mode')
  if (mode !== undefined && !(responseModes as readonly string[]).includes(mode)) {
    return faultOf('invalid_request', 'response-mode', `The response mode is not supported: use ${responseModes.join(' or ')}.`)
  }
  return undefined
}

/** RFC 7636 §4.4.1; an absent method would mean `plain`, which is not supported. */
function findPkceFault(params: AuthorizationParams, client: RequestingClient): AuthorizationFault | undefined {
  const challenge = params.get('code_challenge')
  const method = params.get('code_challenge_method')
  if (challenge === undefined && method === undefined && !client.requiresPkce) return undefined
  if (challenge === undefined) return faultOf('invalid_request', 'no-code-challenge', 'A code_challenge is required (PKCE, S256).')
  if (method !== 'S256') return faultOf('invalid_request', 'code-challenge-method', 'The code_challenge_method must be S256.')
  return isCodeChallenge(challenge)
    ? undefined
    : faultOf('invalid_request', 'code-challenge', 'The code_challenge is not a SHA-256 in base64url.')
}

function findLimitFault(params: AuthorizationParams): AuthorizationFault | undefined {
  const isTooLong = (params.get('state')?.length ?? 0) > maxStateLength || (params.get('nonce')?.length ?? 0) > maxNonceLength
  return isTooLong ? faultOf('invalid_request', 'too-long', 'The state or the nonce is too long.') : undefined
}

/** Undefined for what is unknown, or for `none` beside another (OpenID Connect Core §3.1.2.1). */
function readPrompts(text: string | undefined): Prompt[] | undefined {
  if (text === undefined) return []
  const words = [...new Set(text.split(' '))]
  const isKnown = words.every((word): word is Prompt => (prompts as readonly string[]).includes(word))
  return isKnown && !(words.includes('none') && words.length > 1) ? words : undefined
}

const refuse = (...parts: Parameters<typeof faultOf>): { fault: AuthorizationFault } => ({ fault: faultOf(...parts) })

const faultOf = (error: AuthorizationFault['error'], rule: string, sentence?: string): AuthorizationFault =>
  ({ error, rule, ...(sentence !== undefined && { sentence }) })
