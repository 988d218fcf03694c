import { EventEmitter } from 'node:events'
import type { Log } from '../../ports/log.ts'
import { unavailable } from '../../protocol/errors.ts'
import { redisKeys, type RedisKeys } from './keys.ts'
import { openLink, type RedisClient } from './link.ts'
import { createOutageLog } from './outage-log.ts'

/**
 * What instances share through Redis, and may lose at any time: the revocation list and the attempt counters.
 * This folder owns the connection, the key names and the scripts. It must not know what the values decide,
 * nor ever be the only place that something is kept in: every method fails fast, and whoever calls has
 * another way.
 */
export interface RedisConnection {
  readonly keys: RedisKeys
  /**
   * Runs a command within half a second. Throws `temporarily_unavailable` (`redis/unreachable`) whatever goes
   * wrong.
   */
  run<T>(command: (client: RedisClient) => Promise<T>): Promise<T>
  /** Throws like `run`. */
  ping(): Promise<void>
  ready(): boolean
  /** Resolves when the first attempt to connect has ended, in success or not. */
  settled(): Promise<void>
  /**
   * `ready`: a connection was made, for the first time or again, and something may have been missed. `message`:
   * something came on the revocation channel. Returns the way to stop.
   */
  on(event: 'ready' | 'message', listener: () => void): () => void
  close(): Promise<void>
}

export interface RedisConnectionOptions {
  url: string
  log: Log
  /** What every key begins with; for those who share a Redis. */
  prefix?: string
}

/** Milliseconds. */
const commandTimeout = 500
/** Milliseconds without any answer after which a connection is given up, though its socket may look alive. */
const silenceLimit = 3000

export function connectRedis({ url, log, prefix }: RedisConnectionOptions): RedisConnection {
  const keys = redisKeys(prefix)
  const events = new EventEmitter<{ ready: []; message: []; settled: [] }>()
  const settled = new Promise<void>(resolve => void events.once('settled', resolve))
  const outage = createOutageLog(log)
  const link = keepLink(() => openLink({
    url,
    channel: keys.revocationChannel,
    onReady(isWhole) {
      if (isWhole) {
        outage.ends()
        events.emit('settled')
      }
      events.emit('ready')
    },
    onError(error) {
      outage.begins(error)
      events.emit('settled')
    },
    onMessage: () => void events.emit('message')
  }))

  return {
    keys,
    run: link.run,
    ping: async () => void await link.run(client => client.ping()),
    ready: link.isReady,
    settled: () => settled,
    on(event, listener) {
      const own = () => listener()
      events.on(event, own)
      return () => void events.off(event, own)
    },
    close() {
      link.destroy()
      events.emit('settled')
      return Promise.resolve()
    }
  }
}

/** Runs commands on a link, and on a new one when the old has been silent for too long. */
function keepLink(open: () => ReturnType<typeof openLink>) {
  let link = open()
  let answeredAt = -Infinity
  let destroyed = false

  /** A dead peer that never said goodbye would hold the socket for a quarter of an hour. */
  function replaceWhenSilent(): void {
    if (destroyed || performance.now() - Math.max(answeredAt, link.openedAt) < silenceLimit) return
    link.destroy()
    link = open()
  }

  return {
    isReady: () => link.commands.isReady,
    async run<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
      try {
        const result = await withinTimeout(command(link.commands))
        answeredAt = performance.now()
        return result
      } catch (error) {
        replaceWhenSilent()
        throw unavailable('redis/unreachable', error)
      }
    },
    destroy() {
      destroyed = true
      link.destroy()
    }
  }
}

function withinTimeout<T>(result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${commandTimeout} ms`)), commandTimeout)
    result.then(value => {
      clearTimeout(timer)
      resolve(value)
    }, (reason: Error) => {
      clearTimeout(timer)
      reject(reason)
    })
  })
}
