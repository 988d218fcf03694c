// A service that accepts Countersign's access tokens. It checks signature, issuer, audience and lifetime itself,
// with the public keys of the JWKS. Whether a token was revoked it asks Countersign, and without an answer it
// lets nobody in. Copy the file and put your own routes at its end.
import cors from '@fastify/cors'
import Fastify from 'fastify'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

const issuer = process.env.ISSUER ?? 'http://127.0.0.1:3000'
const port = Number(process.env.PORT ?? 4000)
/** The name of this service, as tokens meant for it have it in `aud`. */
const audience = process.env.AUDIENCE ?? `http://127.0.0.1:${port}`
/** Whose pages may call it. */
const origin = process.env.ORIGIN ?? 'http://127.0.0.1:4002'
/** A client with the grant client_credentials and the scope revocations:read. */
const client = { id: requireSetting('CLIENT_ID'), secret: requireSetting('CLIENT_SECRET') }
/** Milliseconds that a question to Countersign may take. */
const patience = 2000

const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { timeoutDuration: patience })
const tokenRules = {
  issuer, audience, typ: 'at+jwt', algorithms: ['RS256'],
  requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti']
}
const tokenFaults = [
  errors.JWTExpired, errors.JWTClaimValidationFailed, errors.JWTInvalid, errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported,
  errors.JWKSNoMatchingKey
]

/** A hook for every route that needs a caller: leaves the token's claims in `request.caller`. */
async function requireCaller(request) {
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw refusal(401, 'token_missing', `Bearer realm="${audience}"`)
  const { payload, protectedHeader } = await jwtVerify(token, keys, tokenRules).catch(error => {
    // Whoever cannot fetch the keys knows nothing of the token: that is no reason to call it invalid.
    throw tokenFaults.some(fault => error instanceof fault) ? invalidToken() : unavailable(error)
  })
  const revoked = await isRevoked(payload, protectedHeader.kid).catch(error => {
    throw unavailable(error)
  })
  if (revoked) throw invalidToken()
  request.caller = payload
}

/** False only when Countersign says so. Throws when it does not answer. */
async function isRevoked({ jti, iat, sub, sid, client_id, grant_id }, kid) {
  const question = JSON.stringify({ claims: [{ jti, iat, kid, sub, sid, client_id, grant_id }] })
  let answer = await ask(question)
  if (answer.status === 401) {
    // Our own token ended early, as after a rotation of the client's secret: once more with a fresh one.
    own.usableUntil = 0
    answer = await ask(question)
  }
  if (!answer.ok) throw new Error(`The revocation lookup answered ${answer.status}`)
  const { results } = await answer.json()
  return results[0].revoked !== false
}

async function ask(question) {
  const headers = { 'content-type': 'application/json', 'authorization': `Bearer ${await readOwnToken()}` }
  return post('/revocations/lookup', headers, question)
}

/** The token that we ask with: requests that need a fresh one at the same time share it. */
let own = { token: undefined, usableUntil: 0 }

function readOwnToken() {
  if (Date.now() >= own.usableUntil) {
    const fresh = { token: fetchOwnToken(), usableUntil: Infinity }
    fresh.token = fresh.token.then(({ access_token: token, expires_in: lifetime }) => {
      fresh.usableUntil = Date.now() + (lifetime - 30) * 1000
      return token
    }).catch(error => {
      fresh.usableUntil = 0
      throw error
    })
    own = fresh
  }
  return own.token
}

async function fetchOwnToken() {
  const credentials = [client.id, client.secret].map(encodeURIComponent).join(':')
  const headers = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'revocations:read' })
  const answer = await post('/oauth/token', headers, form)
  if (!answer.ok) throw new Error(`The token endpoint answered ${answer.status}`)
  return answer.json()
}

function post(path, headers, body) {
  const signal = AbortSignal.timeout(patience)
  return fetch(issuer + path, { method: 'POST', headers, body, signal, redirect: 'error' })
}

/** RFC 6750 §3: who came without a token is told the scheme, who came with a bad one the error. */
function refusal(status, code, challenge) {
  return Object.assign(new Error(code), { status, challenge })
}

const invalidToken = () => refusal(401, 'invalid_token', `Bearer realm="${audience}", error="invalid_token"`)
const unavailable = cause => Object.assign(refusal(503, 'temporarily_unavailable'), { cause })

function requireSetting(name) {
  if (process.env[name]) return process.env[name]
  throw new Error(`Set ${name}: this service asks Countersign about revocations as a client (see README.md)`)
}

const app = Fastify()
await app.register(cors, { origin, allowedHeaders: ['authorization'] })
app.decorateRequest('caller', undefined)
app.setErrorHandler(({ status = 500, challenge, message }, request, reply) => {
  if (challenge !== undefined) reply.header('www-authenticate', challenge)
  if (status === 503) reply.header('retry-after', '1')
  return reply.code(status).send({ error: status === 500 ? 'server_error' : message })
})

app.get('/orders', { onRequest: requireCaller }, async ({ caller }) => ({ customer: caller.sub, orders: [] }))

console.log(`Listening at ${await app.listen({ port, host: '127.0.0.1' })}`)
