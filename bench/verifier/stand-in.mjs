// An issuer for the verifier under measurement, in a process of its own: tokens, their key, and the revocation feed as
// docs/revocation-feed.md has it, with as many live revocations as the argument says. Prints its URL when it is ready.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const audience = 'https://orders.example.com'
const count = Number(process.argv[2])
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const kid = randomBytes(32).toString('base64url')
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid }] }
const hash = randomBytes(12)
const point = `${count}.${hash.toString('base64url')}`
const snapshot = gzipSync(makeSnapshot())

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  request.resume()
  const answer = answers[`${request.method} ${pathname}`]
  if (answer === undefined) response.writeHead(404).end()
  else answer(response, searchParams)
})
const json = (response, body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
const answers = {
  'GET /.well-known/jwks.json': response => json(response, jwks),
  'POST /oauth/token': response => json(response, { access_token: makeTokens(1)[0], token_type: 'Bearer', expires_in: 600 }),
  'POST /revocations/ack': response => response.writeHead(204).end(),
  'DELETE /revocations/ack': response => response.writeHead(204).end(),
  'GET /revocations/snapshot': response => response.writeHead(200, {
    'content-type': 'application/vnd.countersign.revocations', 'content-encoding': 'gzip', 'content-length': snapshot.length
  }).end(snapshot),
  'GET /revocations/feed': follow,
  // Not of the contract: what there is to verify.
  'GET /tokens': (response, query) => json(response, { audience, jwks, tokens: makeTokens(Number(query.get('count'))) })
}
server.listen(0, '127.0.0.1', () => {
  url = `http://127.0.0.1:${server.address().port}`
  console.log(url)
})
let url

function follow(response) {
  const arrivedAt = performance.now()
  const send = (name, data, id) => response.write(`event: ${name}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n`)
  const beat = () => {
    const now = Math.floor(performance.now() - arrivedAt)
    send('heartbeat', { seq: count, confirmed: now, sent: now }, point)
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send('jwks', { ...jwks, removed: [] })
  beat()
  const timer = setInterval(beat, 1000)
  response.on('close', () => clearInterval(timer))
}

/** Tokens, grants, sessions and users in equal numbers: users with a cut-off. */
function makeSnapshot() {
  const body = Buffer.alloc(32 + 23 * count)
  body.write('CSRV')
  body.set([1, 23], 4)
  body.writeBigUInt64BE(BigInt(count), 8)
  body.set(hash, 16)
  body.writeUInt32BE(count, 28)
  const keys = randomBytes(12 * count)
  const now = Math.floor(Date.now() / 1000)
  for (let at = 0; at < count; at++) {
    const offset = 32 + 23 * at
    const kind = 1 + at % 4
    body[offset] = kind
    keys.copy(body, offset + 1, 12 * at, 12 * at + 12)
    if (kind === 4) body.writeUIntBE(1 + at, offset + 13, 6)
    body.writeUInt32BE(now + 600 + at % 1800, offset + 19)
  }
  return body
}

/** As the service makes them for people: of a grant and a session. */
function makeTokens(count) {
  return Array.from({ length: count }, () => {
    const now = Math.floor(Date.now() / 1000)
    const grant = randomBytes(16).toString('base64url')
    const head = encode({ alg: 'RS256', typ: 'at+jwt', kid })
    const payload = encode({
      iss: url, sub: `usr_${randomBytes(16).toString('base64url')}`, aud: audience, client_id: 'web', iat: now, exp: now + 3600,
      jti: `${grant}.${randomBytes(9).toString('base64url')}`, grant_id: grant, sid: randomBytes(16).toString('base64url'),
      scope: 'openid orders:read', auth_time: now, amr: ['pwd']
    })
    return `${head}.${payload}.${sign('sha256', Buffer.from(`${head}.${payload}`), privateKey).toString('base64url')}`
  })
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
