import type { FastifyReply, FastifyRequest } from 'fastify'
import { interactionLifetime } from '../authorization/interactions.ts'
import type { Random } from '../ports/random.ts'
import { longestCookieLifetime } from './cookie-lifetime.ts'
import { cookieName } from './cookie-name.ts'

/**
 * The cookies of our own pages. `Lax`: they come along when an application sends a person here, and not with another
 * site's forms. With an https issuer they are `Secure` and carry the `__Host-` prefix.
 */
export interface BrowserCookies {
  /** Who is signed in. */
  session(request: FastifyRequest): string | undefined
  setSession(reply: FastifyReply, cookie: string): void
  clearSession(reply: FastifyReply): void
  /** What tells this browser from others while nobody is signed in: forms of one are not another's. */
  browser(request: FastifyRequest): string | undefined
  /** The same, given to a browser that has none. */
  ensureBrowser(request: FastifyRequest, reply: FastifyReply): string
  /** What tells the browser that began an interaction from others. */
  interaction(request: FastifyRequest, id: string): string | undefined
  /**
   * Of two tabs that come at once with no cookie each is given one, and the later takes the earlier's place: so a browser's
   * first interaction gets a cookie of its own besides.
   */
  keepForInteraction(request: FastifyRequest, reply: FastifyReply, kept: { id: string; browser: string }): void
  deviceSecret(request: FastifyRequest): string | undefined
  setDeviceSecret(reply: FastifyReply, secret: string): void
}

export interface BrowserCookieOptions {
  issuer: string
  /** Seconds. */
  sessionLifetime: number
  random: Random
}

const tokenPattern = /^[A-Za-z0-9_-]{22,43}$/

export function createBrowserCookies({ issuer, sessionLifetime, random }: BrowserCookieOptions): BrowserCookies {
  const secure = issuer.startsWith('https:')
  const names = {
    session: cookieName(issuer, 'session'), browser: cookieName(issuer, 'browser'), device: cookieName(issuer, 'page_device')
  }
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const
  const read = (name: string) => ({ cookies }: FastifyRequest): string | undefined => {
    const value = cookies[name]
    return value !== undefined && tokenPattern.test(value) ? value : undefined
  }
  const browser = read(names.browser)

  return {
    session: read(names.session),
    setSession: (reply, cookie) =>
      void reply.setCookie(names.session, cookie, { ...attributes, maxAge: Math.min(sessionLifetime, longestCookieLifetime) }),
    clearSession: reply => void reply.clearCookie(names.session, attributes),
    browser,
    ensureBrowser(request, reply) {
      const held = browser(request)
      if (held !== undefined) return held
      const made = random.bytes(16).toString('base64url')
      reply.setCookie(names.browser, made, attributes)
      return made
    },
    interaction: (request, id) => read(`${names.browser}_${id}`)(request) ?? browser(request),
    keepForInteraction(request, reply, kept) {
      if (browser(request) !== undefined) return
      reply.setCookie(`${names.browser}_${kept.id}`, kept.browser, { ...attributes, maxAge: interactionLifetime })
    },
    deviceSecret: read(names.device),
    setDeviceSecret: (reply, secret) => void reply.setCookie(names.device, secret, { ...attributes, maxAge: longestCookieLifetime })
  }
}
