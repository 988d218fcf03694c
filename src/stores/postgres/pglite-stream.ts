import { Duplex } from 'node:stream'
import type { PGlite } from '@electric-sql/pglite'

/**
 * The embedded database behind the ordinary driver: a socket to nowhere. The driver writes PostgreSQL's wire
 * protocol, PGlite answers it in this process, so that embedded and real databases share one adapter and one
 * code path.
 *
 * PGlite has one session for the life of the process, the driver expects a new one per connection: so each
 * stream cleans the session at its start, and at its end rolls back what it left open, unless a younger
 * stream has taken over.
 */

type Callback = (error?: Error | null) => void

const syncByte = 0x53
const queryByte = 0x51
const flushByte = 0x48
const terminateByte = 0x58
const readyByte = 0x5a
const idleStatus = 0x49

const owners = new WeakMap<PGlite, PgliteStream>()

// A class because the driver wants a socket, and a stream is made by extending one.
export class PgliteStream extends Duplex {
  readonly #database: PGlite
  #received: Buffer = Buffer.alloc(0)
  #batch: Buffer[] = []
  #started = false
  #inTransaction = false

  constructor(database: PGlite) {
    super()
    this.#database = database
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this { return this }
  setKeepAlive(): this { return this }
  ref(): this { return this }
  unref(): this { return this }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Callback): void {
    this.#feed(chunk).then(() => done(), done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Callback): void {
    this.#feed(Buffer.concat(chunks.map(part => part.chunk))).then(() => done(), done)
  }

  override _destroy(error: Error | null, done: Callback): void {
    const leftOpen = this.#inTransaction && owners.get(this.#database) === this
    this.#inTransaction = false
    if (!leftOpen) return done(error)
    this.#database.execProtocolRaw(simpleQuery('ROLLBACK')).then(() => done(error), () => done(error))
  }

  async #feed(chunk: Buffer): Promise<void> {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk
    for (let message = this.#takeMessage(); message !== undefined; message = this.#takeMessage()) {
      if (!this.#started) await this.#start()
      else await this.#handle(message)
    }
  }

  /** The first message of a connection has no type byte; every message carries its own length. */
  #takeMessage(): Buffer | undefined {
    const offset = this.#started ? 1 : 0
    if (this.#received.length < offset + 4) return undefined
    const length = this.#received.readInt32BE(offset) + offset
    if (this.#received.length < length) return undefined
    const message = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return message
  }

  async #start(): Promise<void> {
    this.#started = true
    owners.set(this.#database, this)
    // Statements prepared by an earlier stream would clash with the names that this one is about to use.
    await this.#database.execProtocolRaw(simpleQuery('ROLLBACK'))
    await this.#database.execProtocolRaw(simpleQuery('DISCARD ALL'))
    await this.#database.execProtocolRaw(simpleQuery("SET TIME ZONE 'UTC'"))
    this.push(greeting)
  }

  async #handle(message: Buffer): Promise<void> {
    const type = message[0]
    if (type === terminateByte) {
      this.push(null)
      this.destroy()
      return
    }
    this.#batch.push(message)
    if (type !== syncByte && type !== queryByte && type !== flushByte) return
    const batch = Buffer.concat(this.#batch)
    this.#batch = []
    const answer = Buffer.from(await this.#database.execProtocolRaw(batch))
    if (answer.length >= 6 && answer[answer.length - 6] === readyByte) {
      this.#inTransaction = answer[answer.length - 1] !== idleStatus
    }
    this.push(answer)
  }
}

function protocolMessage(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type, 0)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const simpleQuery = (sql: string): Buffer => protocolMessage('Q', text(sql))
const parameter = (name: string, value: string): Buffer => protocolMessage('S', text(name), text(value))

/**
 * What a server says once it lets a client in: authenticated, its parameters, a key for cancelling, ready.
 */
const greeting = Buffer.concat([
  protocolMessage('R', Buffer.alloc(4)),
  parameter('server_version', '18.0'),
  parameter('client_encoding', 'UTF8'),
  parameter('standard_conforming_strings', 'on'),
  parameter('TimeZone', 'UTC'),
  protocolMessage('K', Buffer.alloc(8)),
  protocolMessage('Z', Buffer.from('I'))
])
