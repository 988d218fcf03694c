import { CountersignError } from '../protocol/errors.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { Session, SessionStore } from '../stores/sessions.ts'
import type { Act, UserStore } from '../stores/users.ts'

/** A user's own sessions: seeing them, ending one, ending all. Every end is journalled and announced before it returns. */
export interface Sessions {
  list(userId: string): Promise<Session[]>
  /** Idempotent. */
  end(sessionId: string, userId: string): Promise<void>
  /** Throws `not_found` when the user has no such live session. */
  endListed(sessionId: string, userId: string): Promise<void>
  /** Ends every session and grant the user has at this moment. */
  endAll(userId: string): Promise<void>
}

export interface SessionsOptions {
  sessions: SessionStore
  users: UserStore
  revoker: Revoker
}

export function createSessions({ sessions, users, revoker }: SessionsOptions): Sessions {
  async function end(sessionId: string, userId: string): Promise<boolean> {
    const entry = await sessions.end(sessionId, byUser(userId, 'signed-out'), userId)
    if (entry !== undefined) await revoker.publish([entry])
    return entry !== undefined
  }

  return {
    list: userId => sessions.list(userId),
    async end(sessionId, userId) {
      await end(sessionId, userId)
    },
    async endListed(sessionId, userId) {
      if (!await end(sessionId, userId)) throw new CountersignError('not_found', { reason: 'sessions/unknown' })
    },
    async endAll(userId) {
      await revoker.publish(await users.endEverything(userId, byUser(userId, 'signed-out-everywhere')))
    }
  }
}

const byUser = (userId: string, reason: string): Act => ({ reason, actor: `user:${userId}` })
