import { timingSafeEqual } from 'node:crypto'
import type { Random } from '../ports/random.ts'
import { CountersignError, type ErrorCode, type Reason } from '../protocol/errors.ts'
import { clientTagOf } from '../protocol/identifiers.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { ClientRegistrationStore } from '../stores/client-registrations.ts'
import type { Client, ClientStore } from '../stores/clients.ts'
import type { JournalEntry } from '../stores/journal.ts'
import type { ServiceState } from '../stores/state.ts'
import { draftFromMetadata } from './draft-from-metadata.ts'
import { makeNextSecret } from './next-secret.ts'
import { isPublicClient } from './public-client.ts'
import { makeClientId, makeNeededSecret } from './registration.ts'
import type { ClientRegistry } from './registry.ts'
import { findClientFault, type ClientDraft, type RuleContext } from './rules/index.ts'
import { hashClientSecret, isClientSecret } from './secret.ts'
import { subjectsOf } from './subjects-of.ts'

/**
 * Clients that register themselves (RFC 7591) and look after their own registration (RFC 7592). Whoever they are, they get
 * less than what an operator registers: see draft-from-metadata.ts and ADR 9.
 */
export interface DynamicRegistration {
  /** Throws `invalid_redirect_uri` or `invalid_client_metadata` with the rule. */
  register(body: Body): Promise<DynamicClient>
  /** Throws `invalid_token` for a token that is not this client's, as do the others. */
  read(access: RegistrationAccess): Promise<DynamicClient>
  /** Everything that is not said is gone; with the last proof of who it is, so is all that it was granted (ADR 21). */
  replace(access: RegistrationAccess, body: Body): Promise<DynamicClient>
  /** Its tokens end with it. */
  remove(access: RegistrationAccess): Promise<void>
}

type Body = Readonly<Record<string, unknown>>

export interface DynamicClient {
  client: Client
  registrationToken: string
  /** Only where it was made just now. */
  secret: string | undefined
}

export interface RegistrationAccess {
  clientId: string
  /** Undefined where there was none. */
  token: string | undefined
}

export interface DynamicRegistrationOptions extends RuleContext {
  clients: Pick<ClientStore, 'create' | 'find' | 'delete'>
  clientRegistrations: ClientRegistrationStore
  registry: ClientRegistry
  revoker: Pick<Revoker, 'publish'>
  pulse: { refresh(): Promise<ServiceState> }
  random: Random
}

/** What RFC 7592 §2.2 wants left out of a replacement: we alone say it. */
const oursAlone = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']

/** The others are `invalid_client_metadata` (RFC 7591 §3.2.2). */
const codeByReason: Partial<Record<Reason, ErrorCode>> = {
  'clients/redirect-uri': 'invalid_redirect_uri',
  'clients/no-redirect-uri': 'invalid_redirect_uri',
  'client-registration/software-statement': 'invalid_software_statement'
}

export function createDynamicRegistration(options: DynamicRegistrationOptions): DynamicRegistration {
  const { clients, clientRegistrations, pulse, random } = options

  async function finish(clientId: string, rest: Omit<DynamicClient, 'client'>): Promise<DynamicClient> {
    await pulse.refresh()
    const client = await clients.find(clientId)
    if (client === undefined) throw refused('gone-meanwhile', 'invalid_token')
    return { client, ...rest }
  }

  return {
    async register(body) {
      const id = makeClientId(random)
      const [draft, registrationToken] = [checkDraft(id, body, options), makeRegistrationToken(random)]
      const secret = makeNeededSecret(draft, random)
      const hashes = { secretHash: hashOf(secret), registrationTokenHash: hashToken(registrationToken) }
      await clients.create({ id, tag: clientTagOf(id), ...draft, ...hashes }, 'client-registration')
      return finish(id, { registrationToken, secret })
    },
    async read(access) {
      const { token } = await requireOwner(access, options.registry)
      return finish(access.clientId, { registrationToken: token, secret: undefined })
    },
    async replace(access, body) {
      const { client, token } = await requireOwner(access, options.registry)
      checkReplacement(client, body)
      const draft = withSameSubjects(client, checkDraft(client.id, body, options))
      const { secret, secretHash } = makeNextSecret(client, draft, random)
      const endReason = isPublicClient(draft) ? 'client-made-public' : undefined
      const replacement = { ...draft, clientId: client.id, registrationTokenHash: hashToken(token), secretHash, endReason }
      const replaced = await clientRegistrations.replace(replacement, `client:${client.id}`)
      if (replaced === undefined) throw refused('gone-meanwhile', 'invalid_token')
      await publish(options, replaced.entry)
      return finish(client.id, { registrationToken: token, secret })
    },
    async remove(access) {
      const { client } = await requireOwner(access, options.registry)
      await publish(options, await clients.delete(client.id, { reason: 'client-deleted', actor: `client:${client.id}` }))
      await pulse.refresh()
    }
  }
}

const makeRegistrationToken = (random: Random): string => `cs_registration_${random.bytes(32).toString('base64url')}`

async function publish({ revoker }: DynamicRegistrationOptions, entry: JournalEntry | undefined): Promise<void> {
  if (entry !== undefined) await revoker.publish([entry])
}

function checkDraft(id: string, body: Body, options: DynamicRegistrationOptions): ClientDraft {
  const drafted = draftFromMetadata(id, body)
  const fault = drafted.fault ?? findClientFault(drafted.draft, options)
  if (fault === undefined) return drafted.draft!
  throw new CountersignError(codeByReason[fault.reason] ?? 'invalid_client_metadata', fault)
}

/** An unknown client and another client's token look alike (RFC 7592 §2). The registry keeps guesses from the database. */
async function requireOwner({ clientId, token }: RegistrationAccess, registry: ClientRegistry): Promise<{ client: Client; token: string }> {
  if (token === undefined) throw new CountersignError('token_missing', { reason: 'client-registration/no-token' })
  const client = await registry.find(clientId)
  const expected = client?.registrationTokenHash
  if (client === undefined || expected === undefined || !timingSafeEqual(hashToken(token), expected)) {
    throw refused('wrong-token', 'invalid_token')
  }
  return { client, token }
}

function checkReplacement(client: Client, body: Body): void {
  if (body['client_id'] !== client.id) {
    throw refused('wrong-id', 'invalid_client_metadata', 'The member client_id must be that of the client.')
  }
  const foreign = oursAlone.find(member => member in body)
  if (foreign !== undefined) throw refused('ours-alone', 'invalid_client_metadata', `Leave the member ${foreign} out.`)
  const secret = body['client_secret']
  if (secret !== undefined && !(typeof secret === 'string' && isClientSecret(client, secret))) {
    throw refused('wrong-secret', 'invalid_client_metadata', 'The member client_secret must be the present one, or be left out.')
  }
}

/** What no operator may do to a client's users, it may not do itself (ADR 21). */
function withSameSubjects(client: Client, draft: ClientDraft): ClientDraft {
  if (subjectsOf(client) === subjectsOf({ ...draft, id: client.id })) return draft
  throw refused('other-subjects', 'invalid_client_metadata', 'The users of this client would get another sub: neither its subject_type nor, ' +
    'with pairwise subjects, the host of its redirect_uris can change. Register another client.')
}

const hashOf = (secret: string | undefined): Buffer | undefined => secret === undefined ? undefined : hashClientSecret(secret)

/** 256 random bits of our own, as for secrets. */
const hashToken = (token: string): Buffer => sha256(token)

function refused(rule: string, code: ErrorCode, sentence?: string): CountersignError {
  return new CountersignError(code, { reason: `client-registration/${rule}`, ...(sentence !== undefined && { sentence }) })
}
