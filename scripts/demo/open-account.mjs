import { randomBytes } from 'node:crypto'

/**
 * One user of the first-party API, who signs in at the first instance and out at the last.
 * @returns functions that each send one request
 */
export function openAccount(instances) {
  // Not demo@example.com: the first start on an embedded database registers that.
  const person = { email: 'walker@example.com', password: randomBytes(12).toString('base64url') }
  const post = (name, members, at = instances[0]) => fetch(`${at.url}/api/auth/${name}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(members)
  })
  return {
    register: () => post('register', person),
    signIn: () => post('login', { ...person, refreshTokenIn: 'body' }),
    refresh: ({ refreshToken }) => post('refresh', { refreshToken }),
    signOut: ({ refreshToken }) => post('logout', { refreshToken }, instances.at(-1))
  }
}
