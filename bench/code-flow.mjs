// Whole code flows, as a browser and an application make them: authorize with a live session, redeem the code, read
// userinfo. Each runner is one person with one connection; all of them are bounded in time.
import { createHash, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { basicAuthorization } from './seed.mjs'

/**
 * @param run { url, runners, seconds }
 * @param seed { cookies, webClient }
 * @returns { rate, flows }: whole flows a second, and in all
 * @throws Error when an answer was not what the flow needs
 */
export async function runCodeFlows({ url, runners, seconds }, { cookies, webClient }) {
  const agent = new Agent({ keepAlive: true, maxSockets: runners })
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let flows = 0
  try {
    await Promise.all(Array.from({ length: runners }, async (_, place) => {
      const person = { url, agent, webClient, cookie: cookiesOf(cookies[place % cookies.length]) }
      while (performance.now() < endsAt) {
        await walk(person)
        flows += 1
      }
    }))
  } finally {
    agent.destroy()
  }
  return { flows, rate: flows / ((performance.now() - startedAt) / 1000) }
}

/** @returns refresh tokens of `count` new grants with openid */
export async function openGrants(url, { cookies, webClient }, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const refreshTokens = []
  try {
    await Promise.all(Array.from({ length: 8 }, async (_, place) => {
      const person = { url, agent, webClient, cookie: cookiesOf(cookies[place % cookies.length]) }
      while (refreshTokens.length < count) refreshTokens.push(await walk(person))
    }))
  } finally {
    agent.destroy()
  }
  return refreshTokens.slice(0, count)
}

/** What a browser holds that has signed in. */
const cookiesOf = session => `countersign_session=${session}; countersign_browser=${'x'.repeat(22)}`

/** @returns the refresh token of the grant */
async function walk({ url, agent, webClient, cookie }) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: webClient.id, redirect_uri: webClient.redirectUri, response_type: 'code', scope: 'openid profile email',
    state: randomBytes(8).toString('hex'), nonce: randomBytes(8).toString('hex'), code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url')
  })
  const authorized = await send(`${url}/oauth/authorize?${query}`, { agent, headers: { cookie } })
  const code = new URL(authorized.headers.location ?? 'none:').searchParams.get('code')
  if (code === null) throw new Error(`the authorization endpoint answered ${authorized.status}`)
  const redeemed = await send(`${url}/oauth/token`, {
    agent, method: 'POST',
    headers: { authorization: basicAuthorization(webClient), 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: webClient.redirectUri })}`
  })
  const { access_token: token, id_token: idToken, refresh_token: refreshToken } = JSON.parse(redeemed.body)
  if (token === undefined || idToken === undefined) throw new Error(`the token endpoint answered ${redeemed.status}`)
  const userinfo = await send(`${url}/oauth/userinfo`, { agent, headers: { authorization: `Bearer ${token}` } })
  if (userinfo.status !== 200) throw new Error(`userinfo answered ${userinfo.status}`)
  return refreshToken
}

function send(url, { body, ...options }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', chunk => { text += chunk })
        .once('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: text }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
