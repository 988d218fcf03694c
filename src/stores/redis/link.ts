import { createClient } from 'redis'
import { counterScripts } from './counter-scripts.ts'
import { pendingScripts } from './pending-scripts.ts'
import { revocationScripts } from './revocation-scripts.ts'

/** Two sockets to one Redis, which reconnect by themselves: one for commands, one that only listens. */
export interface Link {
  commands: RedisClient
  /** Milliseconds, of the monotonic clock. */
  openedAt: number
  /** Commands under way fail. No event comes after this. */
  destroy(): void
}

export interface LinkOptions {
  url: string
  channel: string
  /** One of the sockets is ready, for the first time or again; `isWhole` when both are now. */
  onReady(isWhole: boolean): void
  onError(error: Error): void
  onMessage(): void
}

export type RedisClient = ReturnType<typeof createRedisClient>

/** Milliseconds. */
const connectTimeout = 500
const maxReconnectDelay = 1000

function createRedisClient(url: string) {
  return createClient({
    url,
    name: 'countersign',
    scripts: { ...revocationScripts, ...counterScripts, ...pendingScripts },
    // Waiting for Redis to come back is the caller's decision: a command fails at once while it is away.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    // connection.ts has a shorter limit. An abort signal for each command would cost more than the command.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: {
      connectTimeout,
      // Spread out, so that a Redis that comes back is not met by every instance at once.
      reconnectStrategy: retries => Math.min(25 * 2 ** retries, maxReconnectDelay) * (0.5 + Math.random() / 2)
    }
  })
}

export function openLink({ url, channel, onReady, onError, onMessage }: LinkOptions): Link {
  let destroyed = false
  const commands = createRedisClient(url)
  const listening = createRedisClient(url)
  for (const client of [commands, listening]) {
    client.on('error', (error: Error) => { if (!destroyed) onError(error) })
  }
  let subscribed = false
  const noteReady = (): void => {
    if (!destroyed) onReady(commands.isReady && listening.isReady && subscribed)
  }
  const hear = (): void => { if (!destroyed) onMessage() }
  commands.on('ready', noteReady)
  listening.on('ready', () => {
    // The client renews a subscription by itself, but only one that was made: the socket may have died before.
    if (subscribed) return noteReady()
    listening.subscribe(channel, hear).then(() => {
      subscribed = true
      noteReady()
    }).catch(() => undefined)
  })
  // A connection that is tried for ever rejects only when it is destroyed.
  for (const client of [commands, listening]) client.connect().catch(() => undefined)
  return {
    commands,
    openedAt: performance.now(),
    destroy() {
      destroyed = true
      for (const client of [commands, listening]) if (client.isOpen) client.destroy()
    }
  }
}
