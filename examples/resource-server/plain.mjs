// The same with nothing but Node's own server: headers in, the token or the answer out.
import { createServer } from 'node:http'
import { createVerifier } from 'countersign/verifier'
import { createHeadersGuard } from 'countersign/verifier/headers'
import { settings } from './settings.mjs'

const { issuer, audience, clientId, clientSecret, whenStale, port } = settings
const verifier = createVerifier({ issuer, audience, revocation: { mode: 'feed', clientId, clientSecret, whenStale } })
const guard = createHeadersGuard({ verifier })

const server = createServer(async ({ method, url, headersDistinct }, response) => {
  const described = guard.metadata(url, method)
  if (described) return response.writeHead(described.status, described.headers).end(described.body)
  const result = await guard.check(headersDistinct, { method, url })
  if (!result.token) return response.writeHead(result.status, result.headers).end(result.body)
  const answer = { customer: result.token.claims.sub, revocation: result.token.revocation, orders: [] }
  return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
})

server.listen(port, '127.0.0.1', () => console.log(`Listening at http://127.0.0.1:${port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => void verifier.close()))
