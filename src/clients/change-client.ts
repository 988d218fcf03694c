import type { Random } from '../ports/random.ts'
import { CountersignError, type ErrorCode } from '../protocol/errors.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { ClientChangeStore } from '../stores/client-changes.ts'
import type { Client, ClientStore, ClientTerms } from '../stores/clients.ts'
import { changeDraft, termsOf, type ClientChanges } from './change-draft.ts'
import { makeNextSecret } from './next-secret.ts'
import { isPublicClient } from './public-client.ts'
import { requireRules } from './registration.ts'
import type { RuleContext } from './rules/index.ts'
import { subjectsOf } from './subjects-of.ts'

/**
 * Changing a client that an operator registered. What comes of it obeys the rules of a registration; beyond these a change
 * must neither give the client's users other subjects nor let what was granted to a client that proves itself be had without
 * proof (ADR 21).
 *
 * Throws `not_found`, `forbidden` for a client that registered itself, `invalid_request` that names the rule, and `conflict`
 * where others change the client all the time.
 */
export type ChangeClient = (clientId: string, changes: ClientChanges, actor: string) => Promise<ChangedClient>

export interface ChangedClient {
  /** Only where it was made just now: in the answer and nowhere else. */
  secret: string | undefined
  /** Of the revocation that ended all it had been granted; undefined where nothing ended. */
  seq: number | undefined
}

export interface ChangeClientOptions extends RuleContext {
  clients: Pick<ClientStore, 'find'>
  clientChanges: ClientChangeStore
  revoker: Pick<Revoker, 'publish'>
  random: Random
}

const maxTries = 10

export function createChangeClient(options: ChangeClientOptions): ChangeClient {
  const { clients, clientChanges, revoker, random } = options
  return async (clientId, changes, actor) => {
    // What was decided on a client that somebody else has changed meanwhile is decided again, on what it is now.
    for (let tries = 0; tries < maxTries; tries++) {
      const client = await clients.find(clientId)
      if (client === undefined) throw unknownClient()
      const after = checkChange(client, changes, options)
      const { secret, secretHash } = makeNextSecret(client, after, random)
      const endReason = isPublicClient(after) && !isPublicClient(client) ? 'client-made-public' : undefined
      const changed = await clientChanges.change({ clientId, before: termsOf(client), after, secretHash, endReason, actor })
      if (changed === undefined) continue
      if (changed.entry !== undefined) await revoker.publish([changed.entry])
      return { secret, seq: changed.entry?.seq }
    }
    throw refused('changed-meanwhile', 'Others are changing this client at this moment. Look at what it is now, and try again.', 'conflict')
  }
}

export function unknownClient(sentence = 'There is no client with that id.'): CountersignError {
  return refused('unknown', sentence, 'not_found')
}

function checkChange(client: Client, changes: ClientChanges, context: RuleContext): ClientTerms {
  if (client.registrationTokenHash !== undefined) {
    throw refused('registered-itself', 'This client registered itself, and changes its registration itself (RFC 7592). ' +
      'What an operator answers for is a client of its own: register one.', 'forbidden')
  }
  const after = changeDraft(client, changes)
  requireRules(after, changes.isPublic === true, context)
  if (subjectsOf(client) !== subjectsOf({ ...after, id: client.id })) {
    throw refused('other-subjects', 'The users of this client would get another sub, and be strangers to it: neither whether its subjects ' +
      'are pairwise nor their sector can change. With redirect URIs on another host, name the former one as the sector identifier; ' +
      'or register another client.')
  }
  return after
}

function refused(rule: string, sentence: string, code: ErrorCode = 'invalid_request'): CountersignError {
  return new CountersignError(code, { reason: `clients/${rule}`, sentence })
}
