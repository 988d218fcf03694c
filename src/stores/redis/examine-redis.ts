import { createClient } from 'redis'
import type { Clock } from '../../ports/clock.ts'

/** A look at Redis from outside a running service, for `countersign doctor`. Changes nothing. */
export interface RedisExamination {
  version: string
  /** What it does when its memory is full. */
  maxmemoryPolicy: string | undefined
  /** Bytes; 0 for no limit. */
  maxmemory: number
  /** Seconds by which its clock is ahead of this machine's. */
  clockAhead: number
}

/** Milliseconds. */
const patience = 2000

/** @throws Error when it cannot be reached or refuses us */
export async function examineRedis(url: string, clock: Clock): Promise<RedisExamination> {
  const client = createClient({
    url, maintNotifications: 'disabled', commandOptions: { timeout: patience },
    socket: { connectTimeout: patience, reconnectStrategy: false }
  })
  // What goes wrong is thrown by the call that meets it.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const info = readInfo(`${await client.info('server')}\n${await client.info('memory')}`)
    const askedAt = clock.now()
    const [seconds, microseconds] = (await client.sendCommand<string[]>(['TIME'])).map(Number)
    const now = seconds! * 1000 + microseconds! / 1000
    return {
      version: info.get('redis_version') ?? 'unknown',
      maxmemoryPolicy: info.get('maxmemory_policy'),
      maxmemory: Number(info.get('maxmemory') ?? 0),
      clockAhead: (now - (askedAt + clock.now()) / 2) / 1000
    }
  } finally {
    if (client.isOpen) client.destroy()
  }
}

function readInfo(text: string): Map<string, string> {
  return new Map(text.split(/\r?\n/).filter(line => line.includes(':'))
    .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
