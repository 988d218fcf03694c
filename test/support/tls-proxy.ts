import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { Certificate } from './certificate.ts'

/** What stands before a service in production: it ends TLS, and says who is calling. */
export interface TlsProxyOptions {
  /** The server's URL. */
  target: string
  certificate: Certificate
  /** The loopback address that it calls the server from; callers have others. */
  address?: string
}

/** Listens on loopback until the test ends; answers its port. */
export async function startTlsProxy(t: Test, { target, certificate, address = '127.0.0.10' }: TlsProxyOptions): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const { hostname, port } = new URL(target)
  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url: path } = request
    const onward = ask({ agent, hostname, port, localAddress: address, method, path, headers: onwardHeaders(request) }, answer => {
      response.writeHead(answer.statusCode!, endToEnd(answer.headers))
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => { if (!response.writableFinished) onward.destroy() })
    request.pipe(onward)
  }
  const server = createServer({ key: certificate.key, cert: certificate.cert }, pass)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
    agent.destroy()
  }))
  return (server.address() as AddressInfo).port
}

/** The caller's address goes behind whatever the caller claimed, as most proxies have it. */
function onwardHeaders({ headers, socket }: IncomingMessage) {
  const claimed = headers['x-forwarded-for']
  return {
    ...endToEnd(headers),
    'x-forwarded-for': [claimed, socket.remoteAddress].filter(Boolean).join(', '),
    'x-forwarded-proto': 'https'
  }
}

/** What concerns one connection alone is not passed on (RFC 9110 §7.6.1). */
function endToEnd({ connection, 'keep-alive': _, 'transfer-encoding': __, upgrade: ___, ...rest }: IncomingMessage['headers']) {
  const named = connection?.toLowerCase().split(/\s*,\s*/) ?? []
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !named.includes(name)))
}
