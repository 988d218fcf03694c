import type { FastifyReply, FastifyRequest } from 'fastify'
import { hashCookie, makeSessionCookie } from '../authorization/session-cookie.ts'
import { CountersignError } from '../protocol/errors.ts'
import type { Params } from '../protocol/params.ts'
import type { BrowserCookies } from './browser-cookies.ts'
import { giveBackAttempt } from './plugins/rate-limit.ts'
import type { HttpRooms } from './rooms.ts'
import type { FailedSignIn } from './show-interaction.ts'

export interface SignedInBrowser {
  sessionId: string
  /** What the session cookie holds from now on. */
  cookie: string
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

/**
 * Signs the browser in with what the form holds. The session changes its cookie with every sign-in: one that somebody
 * planted before is worth nothing after.
 * Otherwise, what the person is told.
 */
export async function signInOnPage(
  params: Params, exchange: Exchange, context: { rooms: HttpRooms; cookies: BrowserCookies }
): Promise<SignedInBrowser | FailedSignIn> {
  const email = params.get('email') ?? ''
  try {
    return await signIn({ email, password: params.get('password') ?? '' }, exchange, context)
  } catch (error) {
    const failed = explainFailure(error, email)
    if (failed === undefined) throw error
    return failed
  }
}

async function signIn(
  credentials: { email: string; password: string }, { request, reply }: Exchange,
  { rooms, cookies }: { rooms: HttpRooms; cookies: BrowserCookies }
): Promise<SignedInBrowser> {
  const former = cookies.session(request)
  const cookie = makeSessionCookie(rooms.random)
  const { opened, deviceSecret } = await rooms.signInBrowser(
    { ...credentials, deviceSecret: cookies.deviceSecret(request), userAgent: request.headers['user-agent'] },
    { formerCookieHash: former === undefined ? undefined : hashCookie(former), cookieHash: hashCookie(cookie) })
  await giveBackAttempt(request, rooms.counters)
  cookies.setSession(reply, cookie)
  cookies.setDeviceSecret(reply, deviceSecret)
  return { sessionId: opened.id, cookie }
}

/** Undefined for what is no fault of a sign-in. */
function explainFailure(error: unknown, email: string): FailedSignIn | undefined {
  if (!(error instanceof CountersignError)) return undefined
  const { code, retryAfter } = error
  if (code === 'invalid_credentials') return { fault: 'wrong-credentials', status: 403, retryAfter, email }
  if (code === 'rate_limited') return { fault: 'too-many-attempts', status: 429, retryAfter, email }
  return code === 'temporarily_unavailable' ? { fault: 'unavailable', status: 503, retryAfter, email } : undefined
}
