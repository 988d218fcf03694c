import { readFileSync } from 'node:fs'
import type { ClientBody } from '../../admin/client-body.ts'
import type { ClientProfile } from '../../stores/clients.ts'
import { CommandError, UsageError, type Invocation, type Option } from '../command.ts'

/** An option that says something of a client, and what the admin API calls it. */
export interface ClientOption extends Option {
  member: Exclude<keyof ClientBody, 'profile'> | `profile.${keyof ClientProfile}`
  /** How it is read, unless it is a text or several. */
  read?: 'words' | 'keys'
  /** What a switch says when it is set. */
  set?: unknown
  /** What says that there is none any more. Absent: a client cannot be without. */
  none?: null | false | []
}

const text = (description: string, member: ClientOption['member'], value = 'URI'): ClientOption =>
  ({ description, member, value, none: null })

const list = (description: string, member: ClientOption['member'], value = 'URI'): ClientOption =>
  ({ description, member, value, multiple: true, none: [] })

const toggle = (description: string, member: ClientOption['member'], set: unknown = true): ClientOption =>
  ({ description, member, set, none: null })

/** For `clients create` and `clients update` alike. */
export const clientOptions: Readonly<Record<string, ClientOption>> = {
  name: { description: 'How people know it', member: 'name', value: 'TEXT' },
  grants: {
    description: 'Grant types, separated by spaces or commas, such as "authorization_code refresh_token"',
    member: 'grants', value: 'LIST', read: 'words'
  },
  scopes: {
    description: 'Scopes it may ask for, beside those of OpenID Connect, such as "orders:read revocations:read"',
    member: 'scopes', value: 'LIST', read: 'words', none: []
  },
  audience: list('A service that its tokens are for; the issuer when not given', 'audience', 'TEXT'),
  'redirect-uri': list('Where users may be sent back to', 'redirectUris'),
  'post-logout-redirect-uri': list('Where they may be sent after signing out', 'postLogoutRedirectUris'),
  'back-channel-logout-uri': text('Where logout tokens are sent', 'backchannelLogoutUri'),
  'logout-session': toggle('Its logout tokens must name the session', 'profile.backchannelLogoutSessionRequired'),
  public: { ...toggle('It cannot keep a secret: an app or a page in the hands of its users', 'public'), none: false },
  native: toggle(
    'It runs on the device of its user: private schemes, any port of the loopback address', 'profile.applicationType', 'native'),
  'auth-method': {
    description: 'How it proves who it is: client_secret_basic, client_secret_post, private_key_jwt or none',
    member: 'authMethods', value: 'NAME', multiple: true
  },
  jwks: {
    ...text('A file with its public keys, for private_key_jwt (- for standard input)', 'profile.jwks', 'FILE'), read: 'keys'
  },
  'jwks-uri': text('Where it publishes them', 'profile.jwksUri'),
  'endpoint-audience': toggle('Its assertions may name the token endpoint, as before OAuth 2.1', 'profile.acceptsEndpointAudience'),
  'no-pkce': toggle('It may leave out PKCE; for confidential clients alone', 'profile.requirePkce', false),
  trusted: toggle('Users are not asked for consent', 'profile.isTrusted'),
  pairwise: toggle('Users have another sub here than elsewhere', 'profile.subjectType', 'pairwise'),
  sector: text('The host whose clients share these subs', 'profile.sectorIdentifier', 'HOST'),
  'sign-userinfo': toggle('Userinfo is answered as a signed JWT', 'profile.userinfoSignedResponseAlg', 'RS256'),
  'client-uri': text('Its home page', 'profile.clientUri'),
  'logo-uri': text('Its logo', 'profile.logoUri'),
  'policy-uri': text('Its privacy policy', 'profile.policyUri'),
  'tos-uri': text('Its terms of service', 'profile.tosUri'),
  contact: { ...list('Whom to write to about it', 'profile.contacts', 'TEXT'), none: null }
}

/** The body for what was given; what is absent is not sent. */
export async function readClientOptions(invocation: Invocation): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(clientOptions)) {
    setMember(body, option.member, await readOption(name, option, invocation))
  }
  return body
}

/** A member of the profile is written `profile.name`. */
export function setMember(body: Record<string, unknown>, member: ClientOption['member'], value: unknown): void {
  if (value === undefined) return
  const [outer, inner] = member.split('.') as [string, string?]
  body[outer] = inner === undefined ? value : { ...body[outer] as object | undefined, [inner]: value }
}

function readOption(name: string, { value, multiple, read, set }: ClientOption, invocation: Invocation): unknown {
  if (value === undefined) return invocation.isSet(name) ? set : undefined
  if (read === 'keys') return readKeys(invocation.text(name), invocation)
  if (read === 'words') return readWords(name, invocation.text(name))
  return multiple ? invocation.texts(name) : invocation.text(name)
}

/** A set of keys, or one key. */
async function readKeys(file: string | undefined, { terminal }: Invocation): Promise<unknown> {
  if (file === undefined) return undefined
  const content = file === '-' ? await terminal.readAll() : readFile(file)
  try {
    const parsed = JSON.parse(content) as Record<string, unknown>
    return 'kty' in parsed ? { keys: [parsed] } : parsed
  } catch {
    throw new CommandError('The file of --jwks is not JSON. It holds a JWK set, such as {"keys": [{"kty": "EC", …}]}.')
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`The file of --jwks cannot be read: ${(error as Error).message}`)
  }
}

function readWords(name: string, given: string | undefined): string[] | undefined {
  const found = given?.split(/[\s,]+/).filter(word => word !== '')
  if (found?.length === 0) throw new UsageError(`--${name} needs at least one word.`)
  return found
}
