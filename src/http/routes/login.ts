import type { FastifyInstance } from 'fastify'
import type { Cookies } from '../cookies.ts'
import { giveBackAttempt, limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { loginSchema as schema } from '../schemas/login.ts'
import { renderTokens } from './render-tokens.ts'

interface LoginBody {
  email: string
  password: string
  refreshTokenIn?: 'cookie' | 'body'
  deviceSecret?: string
}

/** Signing in: the access token in the body, the refresh token in a cookie unless the client has none. */
export function loginRoute(app: FastifyInstance, rooms: HttpRooms, cookies: Cookies): void {
  const { signIn, firstParty, settings } = rooms
  const config = limitPerIp(settings.signInLimitPerIp, 15 * 60)
  app.post<{ Body: LoginBody }>('/login', { schema, bodyLimit: 8192, config }, async (request, reply) => {
    const { email, password, refreshTokenIn, deviceSecret } = request.body
    const signedIn = await signIn({
      email, password, deviceSecret: deviceSecret ?? cookies.deviceSecret(request), userAgent: request.headers['user-agent']
    })
    await giveBackAttempt(request, rooms.counters)
    const { access, refreshToken } = await firstParty.issue(signedIn.opened)
    const inBody = refreshTokenIn === 'body'
    if (!inBody) {
      cookies.setRefreshToken(reply, refreshToken)
      cookies.setDeviceSecret(reply, signedIn.deviceSecret)
    }
    const { id, role } = signedIn.user
    return {
      ...renderTokens(access),
      user: { id, email: signedIn.user.email, role },
      ...(inBody && { refreshToken, deviceSecret: signedIn.deviceSecret })
    }
  })
}
