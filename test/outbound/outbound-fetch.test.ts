import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { createOutboundFetch, type OutboundOptions } from '../../src/outbound/outbound-fetch.ts'
import type { OutboundReason } from '../../src/protocol/outbound-error.ts'
import { makeCertificate } from '../support/certificate.ts'
import { runScript } from '../support/run-script.ts'
import { startWebServer } from '../support/web-server.ts'

const loopback = ['127.0.0.0/8']
const open = (options: Partial<OutboundOptions> = {}) => createOutboundFetch({ privateNetworks: loopback, ...options })
const answerOk = () => startWebServer(t, response => void response.end('ok'))
const failure = (reason: OutboundReason | RegExp) => ({ name: 'OutboundError', reason })
const never = new Promise<string[]>(() => {})

t.test('a server in a network that the operator named is asked, and its answer handed on', async t => {
  const server = await startWebServer(t, response => {
    response.writeHead(418, { 'set-cookie': 'a=b' }).end('Zoë')
  })
  const fetch = open()
  const answer = await fetch(`${server.url}/path?query=1`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'Grüße' })
  t.strictSame(answer, { status: 418, body: 'Zoë' })
  await fetch(`http://localhost:${server.port}/`)
  t.match(server.requests, [
    { method: 'POST', path: '/path?query=1', body: 'Grüße', headers: { 'content-type': 'text/plain', 'content-length': '7' } },
    { method: 'GET', path: '/', body: '', headers: { host: `localhost:${server.port}` } }
  ])
  for (const { headers } of server.requests) {
    t.strictSame([headers.cookie, headers.authorization, headers.connection], [undefined, undefined, 'close'])
  }
})

t.test('into a network that the operator named no stranger gets, by a name or an address', async t => {
  const { port, requests } = await answerOk()
  const fetch = open({ resolve: async () => ['127.0.0.1'] })
  for (const host of ['127.0.0.1', 'localhost', 'app.internal', '[::ffff:127.0.0.1]']) {
    for (const scheme of ['http', 'https']) {
      await t.rejects(fetch(`${scheme}://${host}:${port}/`, { isForStranger: true }), failure('private-address'), `${scheme}://${host}`)
    }
  }
  t.strictSame(requests, [])
})

t.test('D74: without such a network nobody gets in, by any spelling of a local address', async t => {
  const { port, requests } = await answerOk()
  const fetch = createOutboundFetch({ privateNetworks: [] })
  const hosts = [
    '127.0.0.1', 'localhost', 'LOCALHOST.', 'a.localhost', '2130706433', '0x7f.1', '0x7f000001', '0177.0.0.1', '127.1', '0', '0.0.0.0',
    '127.0.0.1.', '１２７.0.0.1', '%31%32%37.0.0.1', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]', '[64:ff9b::7f00:1]'
  ]
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      await t.rejects(fetch(`${scheme}://${host}:${port}/`), failure('private-address'), `${scheme}://${host}`)
    }
  }
  t.strictSame(requests, [])
})

t.test('a name is refused when any of its addresses is', async t => {
  const { port, requests } = await answerOk()
  const fetchBy = (...addresses: string[]) =>
    createOutboundFetch({ privateNetworks: [], resolve: () => Promise.resolve(addresses) })(`https://innocent.example:${port}/`)
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['2606:4700::1111', '::1'], ['169.254.169.254'], ['nonsense']]) {
    await t.rejects(fetchBy(...addresses), failure('private-address'), addresses.join(' '))
  }
  await t.rejects(fetchBy(), failure('unreachable'), 'it has none')
  t.strictSame(requests, [])
})

t.test('D74: the connection goes to the address that was judged, however the name is answered later', async t => {
  const { port, requests } = await answerOk()
  let asked = 0
  // localhost would be found by the system; only what was judged counts.
  const fetch = open({ privateNetworks: ['127.0.0.2/32', '127.0.0.1/32'], resolve: async () => [asked++ === 0 ? '127.0.0.2' : '127.0.0.1'] })
  await t.rejects(fetch(`http://rebinding.example:${port}/`), failure('unreachable'), 'nobody listens at the first')
  t.equal(asked, 1)
  await fetch(`http://rebinding.example:${port}/`)
  t.match(requests, [{ headers: { host: `rebinding.example:${port}` } }])
  t.equal(requests.length, 1)
})

t.test('D74: http is for the networks that the operator named alone', async t => {
  const fetch = open({ resolve: () => Promise.resolve(['8.8.8.8']) })
  await t.rejects(fetch('http://public.example/'), failure('not-https'))
  await t.rejects(fetch('http://8.8.8.8/'), failure('not-https'))
})

t.test('what is not a plain web address is refused', async t => {
  const fetch = open()
  for (const url of ['', 'nonsense', '/path', 'file:///etc/passwd', 'ftp://127.0.0.1/', 'gopher://127.0.0.1/', 'data:,x',
    'http://user@127.0.0.1/', 'http://user:secret@127.0.0.1/', 'http://:secret@127.0.0.1/']) {
    await t.rejects(fetch(url), failure('bad-url'), url)
  }
  const error = await fetch('http://user:secret@127.0.0.1/').catch((error: Error) => error) as Error
  t.notMatch(`${error.message} ${error.stack}`, 'secret', 'the address is in no message')
})

t.test('D74: a redirect is an error and nobody follows it', async t => {
  const target = await answerOk()
  for (const status of [301, 302, 303, 307, 308, 304]) {
    const server = await startWebServer(t, response => void response.writeHead(status, { location: target.url }).end())
    await t.rejects(open()(server.url, { method: 'POST', body: 'token' }), failure('redirected'))
  }
  t.strictSame(target.requests, [])
})

t.test('D74: an answer has little room', async t => {
  const exact = await startWebServer(t, response => void response.end('x'.repeat(65_536)))
  t.equal((await open()(exact.url)).body.length, 65_536)
  const over = await startWebServer(t, response => void response.end('x'.repeat(65_537)))
  await t.rejects(open()(over.url), failure('too-large'))
  let isClosed = false
  const endless = await startWebServer(t, response => {
    const pour = () => { while (!isClosed && response.write('x'.repeat(10_000))); }
    response.on('drain', pour).on('close', () => { isClosed = true })
    pour()
  })
  await t.rejects(open()(endless.url), failure('too-large'))
  const headers = await startWebServer(t, response => void response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end())
  await t.rejects(open()(headers.url), failure('unreachable'))
})

t.test('D74: an answer has little time, whatever it is late with', async t => {
  const fetch = open({ timeout: 150 })
  const drip = (write: (text: string) => void) => {
    const timer = setInterval(() => write('x'), 20)
    t.teardown(() => clearInterval(timer))
  }
  const slow = {
    'no answer at all': await startWebServer(t, () => {}),
    'a body that drips': await startWebServer(t, response => drip(text => void response.write(text))),
    'a body that stops': await startWebServer(t, response => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('x')
    }),
    'endless news before the answer': await startWebServer(t, response => drip(() => response.writeProcessing()))
  }
  for (const [what, { url }] of Object.entries(slow)) await t.rejects(fetch(url), failure('timeout'), what)
  const raw = createServer(socket => {
    socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\nx-drip: ')
    drip(text => void socket.write(text))
  })
  await new Promise<void>(resolve => raw.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void raw.close())
  await t.rejects(fetch(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`), failure('timeout'), 'a header that drips')
  await t.rejects(open({ timeout: 50, resolve: () => never })('https://slow.example/'), failure('timeout'), 'a name server')
})

t.test('an answer that breaks off, or is no HTTP, is an error', async t => {
  const broken = await startWebServer(t, response => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('x', () => response.destroy())
  })
  await t.rejects(open()(broken.url), failure('unreachable'))
  for (const greeting of ['220 mail.example ESMTP\r\n', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', '']) {
    const raw = createServer(socket => void socket.on('error', () => {}).end(greeting))
    await new Promise<void>(resolve => raw.listen(0, '127.0.0.1', resolve))
    t.teardown(() => void raw.close())
    const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`
    await t.rejects(open({ timeout: 2000 })(url), failure(/unreachable|timeout/), JSON.stringify(greeting))
  }
})

t.test('no more requests than there is room for run at once, and room comes back', async t => {
  let release = () => {}
  const held = new Promise<void>(resolve => { release = resolve })
  const server = await startWebServer(t, response => void held.then(() => response.end('ok')))
  const fetch = open({ maxRequests: 2 })
  const running = [fetch(server.url), fetch(server.url)]
  await t.rejects(fetch(server.url), failure('overloaded'))
  release()
  await Promise.all(running)
  for (let round = 0; round < 3; round++) {
    await t.rejects(fetch('http://10.0.0.1/'), failure('private-address'), 'a failure gives its room back, too')
  }
  t.equal((await fetch(server.url)).body, 'ok')
})

t.test('TLS is verified: an unknown certificate is refused, one that the operator trusts is taken for its own name alone', async t => {
  const { key, cert, file } = makeCertificate(t, ['localhost'])
  const server = createTlsServer({ key, cert }, (_request, response) => void response.end('secure'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => void server.close())
  const { port } = server.address() as AddressInfo
  await t.rejects(open()(`https://localhost:${port}/`), { ...failure('unreachable'), cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } })
  const output = await runScript(`
    import { createOutboundFetch } from './src/outbound/outbound-fetch.ts'
    const fetch = createOutboundFetch({ privateNetworks: ['127.0.0.0/8'] })
    for (const host of ['localhost', '127.0.0.1']) {
      console.log(await fetch('https://' + host + ':${port}/').then(({ body }) => body, error => error.cause.code))
    }`, { NODE_EXTRA_CA_CERTS: file })
  t.strictSame(output.trim().split('\n'), ['secure', 'ERR_TLS_CERT_ALTNAME_INVALID'])
})
