import { readFileSync } from 'node:fs'
import { CommandError, UsageError, type Command, type Invocation, type Option } from '../command.ts'

export interface Secret {
  client_id: string
  client_secret?: string
}

const options: Record<string, Option> = {
  id: { description: 'The client id; made up when not given', value: 'ID' },
  name: { description: 'How people know it', value: 'TEXT' },
  grants: {
    value: 'LIST', required: true,
    description: 'Grant types, separated by spaces or commas, such as "authorization_code refresh_token"'
  },
  scopes: {
    value: 'LIST',
    description: 'Scopes it may ask for, beside those of OpenID Connect, such as "orders:read revocations:read"'
  },
  audience: {
    value: 'TEXT', multiple: true, description: 'A service that its tokens are for; the issuer when not given'
  },
  'redirect-uri': { description: 'Where users may be sent back to', value: 'URI', multiple: true },
  'post-logout-redirect-uri': { description: 'Where they may be sent after signing out', value: 'URI', multiple: true },
  'back-channel-logout-uri': { description: 'Where logout tokens are sent', value: 'URI' },
  'logout-session': { description: 'Its logout tokens must name the session' },
  public: { description: 'It cannot keep a secret: an app or a page in the hands of its users' },
  native: { description: 'It runs on the device of its user: private schemes, any port of the loopback address' },
  'auth-method': {
    value: 'NAME', multiple: true,
    description: 'How it proves who it is: client_secret_basic, client_secret_post, private_key_jwt or none'
  },
  jwks: { description: 'A file with its public keys, for private_key_jwt (- for standard input)', value: 'FILE' },
  'jwks-uri': { description: 'Where it publishes them', value: 'URI' },
  'endpoint-audience': { description: 'Its assertions may name the token endpoint, as before OAuth 2.1' },
  'no-pkce': { description: 'It may leave out PKCE; for confidential clients alone' },
  trusted: { description: 'Users are not asked for consent' },
  pairwise: { description: 'Users have another sub here than elsewhere' },
  sector: { description: 'The host whose clients share these subs', value: 'HOST' },
  'sign-userinfo': { description: 'Userinfo is answered as a signed JWT' },
  'client-uri': { description: 'Its home page', value: 'URI' },
  'logo-uri': { description: 'Its logo', value: 'URI' },
  'policy-uri': { description: 'Its privacy policy', value: 'URI' },
  'tos-uri': { description: 'Its terms of service', value: 'URI' },
  contact: { description: 'Whom to write to about it', value: 'TEXT', multiple: true }
}

export const createClient: Command = {
  name: 'clients create',
  summary: 'Register a client; its secret is shown this once',
  options,
  async run(invocation) {
    const { text, texts, isSet, connect } = invocation
    const body = {
      id: text('id'), name: text('name'), grants: words(text('grants')), scopes: words(text('scopes')),
      audience: texts('audience'), redirectUris: texts('redirect-uri'),
      postLogoutRedirectUris: texts('post-logout-redirect-uri'), backchannelLogoutUri: text('back-channel-logout-uri'),
      authMethods: texts('auth-method'), public: isSet('public'), profile: await readProfile(invocation)
    }
    const admin = await connect()
    const made = await admin.post<Secret>('/admin/clients', body)
    return { json: made, text: renderSecret(made) }
  }
}

/** What is absent is not sent. */
async function readProfile(invocation: Invocation): Promise<object> {
  const { text, texts, isSet } = invocation
  const flag = <T>(option: string, value: T): T | undefined => isSet(option) ? value : undefined
  return {
    applicationType: flag('native', 'native'),
    requirePkce: flag('no-pkce', false),
    isTrusted: flag('trusted', true),
    subjectType: flag('pairwise', 'pairwise'),
    sectorIdentifier: text('sector'),
    jwks: await readJwks(invocation),
    jwksUri: text('jwks-uri'),
    acceptsEndpointAudience: flag('endpoint-audience', true),
    userinfoSignedResponseAlg: flag('sign-userinfo', 'RS256'),
    backchannelLogoutSessionRequired: flag('logout-session', true),
    clientUri: text('client-uri'),
    logoUri: text('logo-uri'),
    policyUri: text('policy-uri'),
    tosUri: text('tos-uri'),
    contacts: texts('contact')
  }
}

/** A set of keys, or one key. */
async function readJwks({ text, terminal }: Invocation): Promise<unknown> {
  const file = text('jwks')
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

function words(list: string | undefined): string[] | undefined {
  if (list === undefined) return undefined
  const found = list.split(/[\s,]+/).filter(word => word !== '')
  if (found.length === 0) {
    throw new UsageError('--grants and --scopes need at least one word each; leave --scopes out for none.')
  }
  return found
}

export function renderSecret({ client_id: id, client_secret: secret }: Secret): string {
  if (secret === undefined) return `client_id  ${id}\n`
  return `client_id      ${id}\nclient_secret  ${secret}\n\nKeep the secret now: it is not shown again.\n`
}
