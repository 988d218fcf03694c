import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import Fastify from 'fastify'
import t from 'tap'
import { serverOptions } from '../../src/http/server-options.ts'
import { createLogger } from '../../src/logger.ts'
import { clientToken, createClient } from '../support/clients.ts'
import { openService } from '../support/service.ts'

/** Writes bytes to a listener and reads until it closes the connection. */
async function exchange(port: number, ...chunks: string[]): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', chunk => { answer += chunk.toString() })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  for (const chunk of chunks) socket.write(chunk)
  await once(socket, 'close')
  return answer
}

const head = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
const second = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'

t.test('R204: what two readers could read in two ways is refused, and the connection closed', async t => {
  const { app, service } = await openService(t, { store: 'embedded' })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  const ambiguous: Record<string, string> = {
    'two lengths': `${head}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
    'two equal lengths': `${head}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    'a length and chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunks and a length': `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    'an unknown coding': `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'chunked twice': `${head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    'a negative length': `${head}Content-Length: -1\r\n\r\n`,
    'a length that is no number': `${head}Content-Length: 0x5\r\n\r\nhello`,
    'a space before the colon': `${head}Content-Length : 5\r\n\r\nhello`,
    'a bare line feed': `${head.replaceAll('\r\n', '\n')}\n`,
    'a bare carriage return': `${head}X: a\rb\r\n\r\n`,
    'a NUL in a header': `${head}X: a\0b\r\n\r\n`,
    'a bad chunk size': `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n`,
    'no host': 'GET /healthz HTTP/1.1\r\n\r\n',
    'a control in the URL': 'GET /heal\x01thz HTTP/1.1\r\nHost: x\r\n\r\n',
    'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'
  }
  for (const [name, bytes] of Object.entries(ambiguous)) {
    t.test(name, async t => {
      const answer = await exchange(port, `${bytes}${second}`)
      t.match(answer, /^HTTP\/1\.1 400 /)
      t.match(answer, /\r\nconnection: close\r\n/i)
      t.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, 'what follows is not read as a request')
    })
  }

  t.test('C57: that a header came twice can be read by pages of every site, where they may read the answer', async t => {
    const ask = (line: string) => exchange(port, `${line} HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n` +
      'Authorization: Basic eA==\r\nAuthorization: Bearer x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    for (const line of ['POST /oauth/token', 'POST /oauth/revoke', 'GET /oauth/userinfo', 'GET /.well-known/jwks.json', 'GET /.well-known/openid-configuration']) {
      t.match(await ask(line), /^HTTP\/1\.1 400 [^]*\r\naccess-control-allow-origin: \*\r\n/, line)
    }
    const introspection = await ask('POST /oauth/introspect')
    t.match(introspection, /^HTTP\/1\.1 400 /)
    t.notMatch(introspection, /access-control-allow-origin/)
  })

  t.test('a folded header is refused or read as one line', async t => {
    const answer = await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\nConnection: close\r\n\r\n')
    t.match(answer, /^HTTP\/1\.1 (400|200) /)
    t.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1)
  })

  t.test('H107: two Authorization headers are refused, whichever of them is good', async t => {
    const token = await clientToken(app, await createClient(service, { scopes: ['revocations:read'] }))
    const ask = (headers: string) => exchange(port, `GET /revocations/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`)
    t.match(await ask(`Authorization: Bearer ${token}\r\n`), /^HTTP\/1\.1 200 /)
    for (const other of ['Bearer x', `Bearer ${token}`, 'Basic x']) {
      const answer = await ask(`Authorization: Bearer ${token}\r\nauthorization: ${other}\r\n`)
      t.match(answer, /^HTTP\/1\.1 400 /)
      t.match(answer, /"invalid_request"/)
    }
  })

  t.test('C55: headers that are too large are answered 431, a body that is too large 413', async t => {
    const large = await exchange(port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
    t.match(large, /^HTTP\/1\.1 431 /)
    t.match(large, /"error":"invalid_request"/)
    const body = await exchange(port, `${head}Connection: close\r\nContent-Length: 70000\r\n\r\n`)
    t.match(body, /^HTTP\/1\.1 413 /)
  })
})

t.test('C55: a request that comes too slowly is answered 408 and cut off', async t => {
  const options = serverOptions(createLogger('silent'))
  t.match(options, { requestTimeout: 15_000, http: { headersTimeout: 10_000, connectionsCheckingInterval: 1000 } })
  const app = Fastify({ ...options, requestTimeout: 100, http: { ...options.http, headersTimeout: 50, connectionsCheckingInterval: 10 } })
  t.teardown(() => app.close())
  app.post('/', async () => 'done')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  for (const slow of ['POST / HTTP/1.1\r\nHost: x\r\nX-', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{']) {
    const answer = await exchange(port, slow)
    t.match(answer, /^HTTP\/1\.1 408 /)
    t.match(answer, /"error":"invalid_request"/)
    t.match(answer, /connection: close/)
  }
})
