import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { listen } from './listen.ts'

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
  const url = await listen(t, server)
  return { port: Number(new URL(url).port), url, requests }
}
