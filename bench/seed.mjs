// What the load needs to be there: users with one password, a service client, and grants from real sign-ins.
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { hashCookie, makeSessionCookie } from '../dist/authorization/session-cookie.js'
import { hashClientSecret, makeClientSecret } from '../dist/clients/secret.js'
import { compose } from '../dist/compose.js'
import { readConfig } from '../dist/config.js'
import { clientTagOf } from '../dist/protocol/identifiers.js'

const userCount = 64

/**
 * Migrates the database and fills it, in this process and not through the instance that is measured.
 * @returns { users, password, client, webClient, cookies }: addresses; the password of all; { id, secret }; { id, secret,
 * redirectUri }; a session cookie of each user, who has consented to the web client
 */
export async function seedDatabase(environment) {
  const service = await compose(readConfig({ ...environment, LOG_LEVEL: 'silent' }))
  try {
    await service.stores.migrate()
    await service.start()
    return await seed(service)
  } finally {
    await service.close()
  }
}

async function seed({ rooms, passwords, stores, random }) {
  const password = randomBytes(12).toString('base64url')
  const passwordHash = await passwords.hash(password)
  const users = Array.from({ length: userCount }, (_, number) => `user-${number}@example.com`)
  for (const email of users) await rooms.register({ email, password, passwordHash, name: undefined, actor: 'bench' })
  const client = { id: 'bench', secret: makeClientSecret(random) }
  await stores.clients.create({
    id: client.id, tag: clientTagOf(client.id), name: 'Benchmark', secretHash: hashClientSecret(client.secret),
    authMethods: ['client_secret_basic'], grantTypes: ['client_credentials'], scopes: ['revocations:read', 'revocations:write'],
    audience: [], redirectUris: []
  }, 'bench')
  return { users, password, client, ...await seedBrowsers({ passwords, stores, random }, { users, passwordHash }) }
}

/** People who are signed in and have consented, and the application that they use. */
async function seedBrowsers({ stores, random }, { users, passwordHash }) {
  const webClient = { id: 'bench-web', secret: makeClientSecret(random), redirectUri: 'https://app.example.com/callback' }
  await stores.clients.create({
    id: webClient.id, tag: clientTagOf(webClient.id), name: 'Benchmark of code flows', secretHash: hashClientSecret(webClient.secret),
    authMethods: ['client_secret_basic'], grantTypes: ['authorization_code', 'refresh_token'], scopes: [], audience: [],
    redirectUris: [webClient.redirectUri]
  }, 'bench')
  const cookies = await Promise.all(users.map(async email => {
    const cookie = makeSessionCookie(random)
    const { id: userId } = await stores.users.find({ email })
    await stores.browserSessions.begin({
      sessionId: random.bytes(16).toString('base64url'), userId, passwordHash, amr: ['pwd'], userAgent: undefined, lifetime: 86_400,
      cookieHash: hashCookie(cookie), deviceHash: random.bytes(32)
    })
    await stores.consents.give({ userId, clientId: webClient.id, items: ['openid', 'profile', 'email'] })
    return cookie
  }))
  return { webClient, cookies }
}

/** @returns the answers of `count` sign-ins, eight at a time */
export async function signInOften(url, { users, password }, count) {
  const bodies = Array.from({ length: count }, (_, at) => ({ email: users[at % users.length], password, refreshTokenIn: 'body' }))
  return postAll(`${url}/api/auth/login`, bodies)
}

/** @returns the answers, each with an access token and the refresh token that follows */
export async function refreshAll(url, refreshTokens) {
  return postAll(`${url}/api/auth/refresh`, refreshTokens.map(refreshToken => ({ refreshToken })))
}

async function postAll(url, bodies) {
  const answers = []
  let next = 0
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let at = next++; at < bodies.length; at = next++) answers[at] = await post(url, bodies[at])
  }))
  return answers
}

export async function fetchClientToken(url, client) {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { authorization: basicAuthorization(client) }
  })
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`)
  return (await answer.json()).access_token
}

export function basicAuthorization({ id, secret }) {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** Tries again after 503: behind a flood of sign-ins the queue for passwords is full for a moment. */
async function post(url, members, tries = 10) {
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(members)
  })
  if (answer.status === 503 && tries > 1) {
    await pause(Number(answer.headers.get('retry-after') ?? 1) * 1000)
    return post(url, members, tries - 1)
  }
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}
