import { measureArgon2 } from '../limits.mjs'

/** Sign-ins a second with right passwords. */
export const signIn = {
  name: 'sign_in',
  limitIs: 'argon2id verifications, two at a time, in a process of their own',
  target: undefined,
  async measure({ url, seed: { users, password }, load }) {
    const limit = measureArgon2()
    const bodies = users.map(email => JSON.stringify({ email, password, refreshTokenIn: 'body' }))
    const { rate } = await load({
      url: `${url}/api/auth/login`, connections: 8, seconds: 8, bodies, contentType: 'application/json'
    })
    return { value: rate, unit: '1/s', limit }
  }
}
