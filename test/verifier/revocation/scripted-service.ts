import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { listen } from '../../support/listen.ts'

/**
 * A service that speaks the contract of docs/revocation-feed.md and can be made to break it: each kind of request is
 * answered by a function that a test may replace.
 */
export interface ScriptedService {
  url: string
  answers: Record<Asked, Answer>
  /** What was asked, in order. */
  asked: Array<{ what: Asked; method: string; path: string; headers: IncomingMessage['headers']; body: string }>
  count(what: Asked): number
  /** Appends to the journal, and tells the streams that are open. */
  revoke(...records: Buffer[]): void
  /** Changes the keys, and tells them. */
  setKeys(keys: object[], removed?: string[]): void
  /** Milliseconds by which everything on a stream is held back. */
  hold: number
  /** A heartbeat is sent so often, in milliseconds. */
  heartbeat: number
  /** Cuts every connection and answers nothing. */
  isAway: boolean
  cut(): void
  point(seq?: number): string
  seq(): number
}

export type Asked = 'token' | 'snapshot' | 'feed' | 'poll' | 'ack' | 'lookup'
type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void

const routes: Array<[RegExp, Asked]> = [
  [/^\/oauth\/token/, 'token'], [/^\/revocations\/snapshot/, 'snapshot'], [/^\/revocations\/feed/, 'feed'],
  [/^\/revocations\/ack/, 'ack'], [/^\/revocations\/lookup/, 'lookup'], [/^\/revocations\?/, 'poll']
]

export const sendJson = (response: ServerResponse, json: object, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))

export async function startScriptedService(t: Test): Promise<ScriptedService> {
  const journal: Buffer[] = []
  const streams = new Set<() => void>()
  const journalled = new EventEmitter().setMaxListeners(0)
  const news = { keys: [{ kty: 'RSA', kid: 'one' }] as object[], removed: [] as string[], version: 0 }
  const server = createServer((request, response) => {
    if (service.isAway) return void request.socket.destroy()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const what = routes.find(([pattern]) => pattern.test(request.url!))![1]
      const body = Buffer.concat(chunks).toString()
      service.asked.push({ what, method: request.method!, path: request.url!, headers: request.headers, body })
      service.answers[what](response, request, body)
    })
  })
  const url = await listen(t, server)

  const afterOf = (request: IncomingMessage) => Number.parseInt(new URL(request.url!, 'http://x').searchParams.get('after')!)

  function openStream(response: ServerResponse, request: IncomingMessage): void {
    const arrivedAt = performance.now()
    let at = afterOf(request)
    let version = -1
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    const send = (name: string, data: object, id = '') => {
      const text = `event: ${name}\n${id && `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
      if (service.hold === 0) response.write(text)
      else setTimeout(() => response.write(text), service.hold)
    }
    const beat = () => {
      if (version !== news.version) send('jwks', { keys: news.keys, removed: news.removed })
      version = news.version
      if (at < journal.length) {
        const entries = Buffer.concat(journal.slice(at)).toString('base64url')
        send('revocations', { after: at, seq: journal.length, entries }, service.point())
        at = journal.length
      }
      const now = Math.floor(performance.now() - arrivedAt)
      send('heartbeat', { seq: at, confirmed: now, sent: now }, service.point())
    }
    beat()
    streams.add(beat)
    const timer = setInterval(beat, service.heartbeat)
    response.on('close', () => {
      clearInterval(timer)
      streams.delete(beat)
    })
  }

  async function answerPoll(response: ServerResponse, request: IncomingMessage): Promise<void> {
    const arrivedAt = performance.now()
    const after = afterOf(request)
    const wait = Number(new URL(request.url!, 'http://x').searchParams.get('wait')) * 1000
    if (journal.length === after) await once(journalled, 'entry', { signal: AbortSignal.timeout(wait) }).catch(() => undefined)
    sendJson(response, {
      after, seq: journal.length, point: service.point(), head: journal.length,
      entries: Buffer.concat(journal.slice(after)).toString('base64url'),
      confirmed: Math.floor(performance.now() - arrivedAt), jwks: { keys: news.keys, removed: news.removed }
    })
  }

  const service: ScriptedService = {
    url, asked: [], hold: 0, heartbeat: 50, isAway: false,
    seq: () => journal.length,
    point: (seq = journal.length) => `${seq}.AAAAAAAAAAAAAAAA`,
    count: what => service.asked.filter(each => each.what === what).length,
    cut: () => server.closeAllConnections(),
    revoke(...records) {
      journal.push(...records)
      journalled.emit('entry')
      for (const beat of streams) beat()
    },
    setKeys(keys, removed = []) {
      Object.assign(news, { keys, removed, version: news.version + 1 })
      for (const beat of streams) beat()
    },
    answers: {
      token: response => sendJson(response, { access_token: `token-${service.count('token')}`, token_type: 'Bearer', expires_in: 600 }),
      snapshot: response => void response.writeHead(200, { 'content-type': 'application/vnd.countersign.revocations' })
        .end(snapshotOf(journal)),
      feed: openStream,
      poll: (response, request) => void answerPoll(response, request),
      ack: response => void response.writeHead(204).end(),
      lookup: (response, _request, body) => sendJson(response, {
        seq: journal.length, results: (JSON.parse(body) as { claims: object[] }).claims.map(() => ({ revoked: false }))
      })
    }
  }
  return service
}

export function snapshotOf(records: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(32)
  header.write('CSRV')
  header.set([1, 23], 4)
  header.writeBigUInt64BE(BigInt(records.length), 8)
  header.writeUInt32BE(records.length, 28)
  return Buffer.concat([header, ...records])
}

/** An entry that covers a session. */
export function sessionRecord(sid: string, { cutoff = 0, end = 4_000_000_000 } = {}): Buffer {
  const record = Buffer.alloc(23)
  record[0] = 3
  Buffer.from(sid, 'base64url').copy(record, 1, 4, 16)
  record.writeUIntBE(cutoff, 13, 6)
  record.writeUInt32BE(end, 19)
  return record
}
