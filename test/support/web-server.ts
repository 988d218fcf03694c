import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A web server of somebody else's, on loopback. */
export interface WebServer {
  port: number
  url: string
  /** What it was asked, bodies included, in order. */
  requests: Array<{ method: string; path: string; headers: IncomingMessage['headers']; body: string }>
}

export async function startWebServer(
  t: Test, answer: (response: ServerResponse, request: IncomingMessage) => void
): Promise<WebServer> {
  const requests: WebServer['requests'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const { method = '', url = '', headers } = request
      requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString() })
      answer(response, request)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}`, requests }
}
