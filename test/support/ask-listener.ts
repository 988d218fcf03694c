import { once } from 'node:events'
import { request as open, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'

/** What the judges of answers look at, however the answer came. */
export type Answer = Pick<LightMyRequestResponse, 'statusCode' | 'headers' | 'body' | 'json'>

/**
 * Sends over a real socket what `inject` cannot: a feed writes to the socket itself. A feed that opens has no end, so only its
 * head is taken, and it is closed at once.
 * @param origin where the application listens: `http://127.0.0.1:3000`
 * @param options as for `inject`, with a `remoteAddress` of 127.0.0.0/8
 */
export async function askListener(origin: string, options: InjectOptions): Promise<Answer> {
  const { method, url, headers, payload, remoteAddress } = options
  const content = payload as string | Buffer | undefined
  const leave = new AbortController()
  const request = open(new URL(url as string, origin), {
    method, agent: false, signal: leave.signal, localAddress: remoteAddress,
    // By itself the client sends none with some methods.
    headers: { ...headers, ...content !== undefined && { 'content-length': Buffer.byteLength(content) } }
  })
  request.end(content)
  const [answer] = await once(request, 'response') as [IncomingMessage]
  const isFeed = answer.headers['content-type'] === 'text/event-stream'
  const body = isFeed ? '' : await text(answer)
  // Both would throw what we ask for.
  for (const each of [request, answer]) each.on('error', () => undefined)
  leave.abort()
  return { statusCode: answer.statusCode!, headers: answer.headers, body, json: <T>() => JSON.parse(body) as T }
}
