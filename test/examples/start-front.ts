import http from 'node:http'
import type { Test } from 'tap'
import { listen } from '../support/listen.ts'

/** An HTTP server in front of the service, which passes on other things than the service says, as a test wants. */
export interface Front {
  url: string
  /** Seconds by which the `Date` of its answers is ahead. */
  ahead: number
  /** What becomes of an event of the feed. */
  retell: (event: string) => string
}

export async function startFront(t: Test, serverUrl: string): Promise<Front> {
  const front: Front = { url: '', ahead: 0, retell: event => event }
  const server = http.createServer((request, response) => {
    const { method, headers } = request
    const upstream = http.request(new URL(request.url!, serverUrl), { method, headers }, answer => {
      const date = new Date(Date.now() + front.ahead * 1000).toUTCString()
      response.writeHead(answer.statusCode!, { ...answer.headers, date }).flushHeaders()
      if (answer.headers['content-type']?.startsWith('text/event-stream') !== true) return void answer.pipe(response)
      retellEvents(answer, event => response.write(front.retell(event)))
      answer.on('close', () => response.end())
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  })
  front.url = await listen(t, server)
  return front
}

function retellEvents(answer: http.IncomingMessage, write: (event: string) => void): void {
  let rest = ''
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const events = (rest + chunk).split(/(?<=\n\n)/)
    rest = events.at(-1)!.endsWith('\n\n') ? '' : events.pop()!
    for (const event of events) write(event)
  })
}
