import type { FastifyReply, FastifyRequest } from 'fastify'
import { longestCookieLifetime } from './cookie-lifetime.ts'
import { cookieName } from './cookie-name.ts'

/** The two cookies of the first-party API. With an https issuer they are `Secure` and carry the `__Host-` prefix. */
export interface Cookies {
  refreshToken(request: FastifyRequest): string | undefined
  deviceSecret(request: FastifyRequest): string | undefined
  setRefreshToken(reply: FastifyReply, token: string): void
  setDeviceSecret(reply: FastifyReply, secret: string): void
  /** The device stays known: it is not what is being ended. */
  clearRefreshToken(reply: FastifyReply): void
}

export interface CookieOptions {
  issuer: string
  /** Seconds. */
  refreshAbsoluteLifetime: number
}

export function createCookies({ issuer, refreshAbsoluteLifetime }: CookieOptions): Cookies {
  const secure = issuer.startsWith('https:')
  const refreshName = cookieName(issuer, 'refresh')
  const deviceName = cookieName(issuer, 'device')
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const

  return {
    refreshToken: request => request.cookies[refreshName] || undefined,
    deviceSecret: request => request.cookies[deviceName] || undefined,
    setRefreshToken: (reply, token) => void reply.setCookie(refreshName, token,
      { ...attributes, maxAge: Math.min(refreshAbsoluteLifetime, longestCookieLifetime) }),
    setDeviceSecret: (reply, secret) => void reply.setCookie(deviceName, secret, { ...attributes, maxAge: longestCookieLifetime }),
    clearRefreshToken: reply => void reply.clearCookie(refreshName, attributes)
  }
}
