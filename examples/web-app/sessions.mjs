// Who is signed in to this application, in memory: after a restart, nobody is. The browser holds a random name of its
// session and nothing else; tokens never reach it.
import { randomBytes } from 'node:crypto'

const cookieName = 'web_app_session'
const sessions = new Map()

/** @returns what is known of the browser, or undefined */
export function findSession(request) {
  return sessions.get(request.cookies[cookieName])
}

/** A new name each time: one that somebody planted in the browser before is worth nothing after. */
export function startSession(request, reply, content) {
  sessions.delete(request.cookies[cookieName])
  const name = randomBytes(32).toString('base64url')
  sessions.set(name, content)
  // Lax: the cookie comes along when Countersign sends the user back, and not with another site's forms.
  reply.setCookie(cookieName, name, { path: '/', httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' })
}

export function endSession(request, reply) {
  sessions.delete(request.cookies[cookieName])
  reply.clearCookie(cookieName, { path: '/' })
}
