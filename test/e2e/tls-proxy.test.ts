import { request as askPlainly, type IncomingMessage } from 'node:http'
import { request as ask } from 'node:https'
import { once } from 'node:events'
import t from 'tap'
import { makeProofKey } from '../support/authorization.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { makeCertificate } from '../support/certificate.ts'
import { createClient } from '../support/clients.ts'
import { runScript } from '../support/run-script.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'
import { allow, atApplication, enter, follow, openScene } from './browser-scene.ts'

/** An issuer with a path behind a proxy that ends TLS: what clients get through it, and whom the service believes who calls. */

t.setTimeout(120_000)
const [trusted, untrusted] = ['127.0.0.10', '127.0.0.11']
const limit = 3
const certificate = makeCertificate(t, ['localhost'])
const ports = { proxy: 0, stranger: 0, own: 0 }
const scene = await openScene(t, {
  async front(target, who) {
    if (who === 'application') return target
    ports.own = Number(new URL(target).port)
    ports.proxy = await startTlsProxy(t, { target, certificate, address: trusted })
    ports.stranger = await startTlsProxy(t, { target, certificate, address: untrusted })
    return `https://localhost:${ports.proxy}/t`
  },
  config: { TRUST_PROXY: trusted, SIGN_IN_LIMIT_PER_IP: String(limit) }
})
const { issuer } = scene

const relyingParty = `
  import * as client from 'openid-client'
  const { ISSUER, CLIENT_ID, CLIENT_SECRET, RETURNED, VERIFIER } = process.env
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET)
  client.enableNonRepudiationChecks(config)
  const answer = {}
  if (RETURNED) {
    const checks = { pkceCodeVerifier: VERIFIER, expectedState: 'through', idTokenExpected: true }
    const tokens = await client.authorizationCodeGrant(config, new URL(RETURNED), checks)
    answer.claims = tokens.claims()
    answer.user = await client.fetchUserInfo(config, tokens.access_token, answer.claims.sub)
    answer.refreshed = (await client.refreshTokenGrant(config, tokens.refresh_token)).token_type
  } else {
    const { access_token: token } = await client.clientCredentialsGrant(config)
    answer.token = await client.tokenIntrospection(config, token)
  }
  console.log(JSON.stringify(answer))`

/** openid-client in a process that trusts the certificate by Node's own variable. */
const runClient = async (environment: Record<string, string>) =>
  JSON.parse(await runScript(relyingParty, { ISSUER: issuer, NODE_EXTRA_CA_CERTS: certificate.file, ...environment })) as unknown

t.test('B32: under a path, too, the cookies are for the whole host, and openid-client gets its tokens through the proxy', async t => {
  const user = await scene.addUser()
  const { page, faults } = await openPage(t, await openBrowser(t), { ignoreHTTPSErrors: true })
  const { verifier, challenge } = makeProofKey()
  const changes = { state: 'through', scope: 'openid email offline_access', code_challenge: challenge }
  await follow(page, scene.pageWithLink({ changes }))
  t.match(page.url(), `${issuer}/interaction/`)
  await enter(page, user)
  await allow(page)
  await atApplication(page)
  const cookies = await page.context().cookies(`https://localhost:${ports.proxy}`)
  t.equal(cookies.length, 4)
  for (const { name, ...attributes } of cookies) {
    t.match(name, /^__Host-countersign_/)
    t.match(attributes, { domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }, name)
  }
  t.strictSame(faults, [])
  const { id, secret } = scene.client
  t.match(await runClient({ CLIENT_ID: id, CLIENT_SECRET: secret, RETURNED: page.url(), VERIFIER: verifier }), {
    claims: { iss: issuer, aud: id }, user: { email: user.email }, refreshed: 'bearer'
  })
})

t.test('client credentials work through it', async t => {
  const { id, secret } = await createClient(scene.service)
  t.match(await runClient({ CLIENT_ID: id, CLIENT_SECRET: secret }), {
    token: { token_type: 'Bearer', active: true, iss: issuer, client_id: id }
  })
})

let guesses = 0

/** A sign-in that fails, from one of loopback's addresses, with what the caller claims to be. */
async function guess(localAddress: string, claimed: string, { port, secured = true }: { port: number; secured?: boolean }) {
  const sent = (secured ? ask : askPlainly)({
    host: '127.0.0.1', port, path: '/t/api/auth/login', method: 'POST', agent: false, localAddress,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': claimed, 'forwarded': `for=${claimed}`, 'x-real-ip': claimed },
    ...(secured && { servername: 'localhost', ca: certificate.cert })
  })
  sent.end(JSON.stringify({ email: `nobody-${guesses++}@example.com`, password: 'a wrong password' }))
  const [answer] = await once(sent, 'response') as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

const callers = Array.from({ length: limit + 1 }, (_, index) => `127.0.1.${index + 1}`)
const used = [...Array.from({ length: limit }, () => 401), 429]
const inTurn = async (count: (caller: string) => Promise<number | undefined>) => {
  const statuses = []
  for (const caller of callers) statuses.push(await count(caller))
  return statuses
}

t.test('limits count the address that the trusted proxy saw, whatever a caller claims', async t => {
  t.strictSame(await inTurn(claimed => guess('127.0.2.1', claimed, { port: ports.proxy })), used)
  t.equal(await guess('127.0.2.2', '127.0.2.1', { port: ports.proxy }), 401, 'another caller is another')
})

t.test('who reaches the service past the proxy, or by a proxy that it was not told of, is believed nothing', async t => {
  t.strictSame(await inTurn(claimed => guess('127.0.2.3', claimed, { port: ports.own, secured: false })), used)
  t.strictSame(await inTurn(caller => guess(caller, caller, { port: ports.stranger })), used, 'all of its callers are one')
})
