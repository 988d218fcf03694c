import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'

/** A request as somebody hostile would send it: header lines in their order, as often as they are named. */
export interface Asked {
  method?: string
  /** What stands in the request line, instead of the URL's path. */
  target?: string
  headers?: Array<[name: string, value: string]>
  body?: string
}

export interface Answered {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

export async function ask(url: string, { method = 'GET', target, headers = [], body }: Asked = {}): Promise<Answered> {
  const length: Asked['headers'] = body === undefined ? [] : [['content-length', String(Buffer.byteLength(body))]]
  const lines = [['host', new URL(url).host], ['connection', 'close'], ...length, ...headers]
  const sent = request(url, { method, headers: lines.flat(), agent: false, ...(target !== undefined && { path: target }) })
  sent.end(body)
  const [answer] = await once(sent, 'response') as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return { status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks).toString() }
}

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`]

/** What a refusal is held to. */
export function refusalOf({ status, headers, body }: Answered): Record<string, unknown> {
  return {
    status, challenge: headers['www-authenticate'], type: headers['content-type'], cache: headers['cache-control'],
    retry: headers['retry-after'], body
  }
}
