import { once } from 'node:events'
import { get, type ClientRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { decodeRecords, type DecodedRecord } from './feed-table.ts'
import { until } from './until.ts'

/** One subscriber's stream over a real socket, read as docs/revocation-feed.md tells. */
export interface FeedStream {
  status: number
  headers: IncomingMessage['headers']
  /** In the order in which they came. */
  events: FeedEvent[]
  /** What was told with `revocations`, in order. */
  records(): DecodedRecord[]
  /** The point of the last event that had one. */
  point(): string | undefined
  /** The body of an answer that is no stream. */
  body: string
  hasEnded(): boolean
  /** Waits for an event of that name, after those that were seen before. */
  next(name: string): Promise<FeedEvent>
  /** Stops reading, without a word. */
  pause(): void
  close(): void
}

export interface FeedEvent {
  name: string
  id: string | undefined
  data: Record<string, unknown>
  /** When it came, on this process's monotonic clock. */
  at: number
}

export interface FeedRequest {
  url: string
  bearer: string
  query: string
  headers?: Record<string, string>
}

export async function openFeed({ url, bearer, query, headers = {} }: FeedRequest): Promise<FeedStream> {
  const request = get(`${url}/revocations/feed?${query}`, { agent: false, headers: { authorization: `Bearer ${bearer}`, ...headers } })
  const [answer] = await once(request, 'response') as [IncomingMessage]
  return answer.statusCode === 200 ? read(request, answer) : refused(answer)
}

function read(request: ClientRequest, answer: IncomingMessage): FeedStream {
  const events: FeedEvent[] = []
  let ended = false
  let seen = 0
  let rest = ''
  for (const name of ['close', 'error']) answer.on(name, () => { ended = true })
  request.on('error', () => { ended = true })
  answer.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop()!
    events.push(...parts.map(parse))
  })
  return {
    status: 200, headers: answer.headers, events, body: '',
    records: () => events.filter(({ name }) => name === 'revocations')
      .flatMap(({ data }) => decodeRecords(Buffer.from(String(data['entries']), 'base64url'))),
    point: () => events.findLast(({ id }) => id !== undefined)?.id,
    hasEnded: () => ended,
    async next(name) {
      let found: FeedEvent | undefined
      await until(`there is an event ${name}: ${events.slice(-3).map(event => JSON.stringify(event)).join()}`, () => {
        found = events.slice(seen).find(event => event.name === name)
        return found !== undefined
      })
      seen = events.indexOf(found!) + 1
      return found!
    },
    pause: () => void answer.pause(),
    close: () => void request.destroy()
  }
}

async function refused(answer: IncomingMessage): Promise<FeedStream> {
  return {
    status: answer.statusCode!, headers: answer.headers, events: [], body: await text(answer), records: () => [], point: () => undefined,
    hasEnded: () => true, next: () => Promise.reject(new Error('this is no stream')), pause: () => undefined, close: () => undefined
  }
}

function parse(lines: string): FeedEvent {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(lines)?.[1]
  return { name: field('event')!, id: field('id'), data: JSON.parse(field('data')!) as FeedEvent['data'], at: performance.now() }
}
