import type { CounterStore } from '../counters.ts'
import type { RedisConnection } from './connection.ts'

/** Attempts counted by all instances together. Throws `temporarily_unavailable` while Redis is away. */
export function createRedisCounters(connection: RedisConnection): CounterStore {
  return {
    async reserve(key, limit, windowSeconds) {
      const name = connection.keys.counter(key)
      const window = { limit, milliseconds: Math.ceil(windowSeconds * 1000) }
      const { allowed, count, left } = await connection.run(client => client.reserveAttempt(name, window))
      return { allowed, count, resetsIn: left / 1000 }
    },
    async giveBack(key) {
      await connection.run(client => client.giveBackAttempt(connection.keys.counter(key)))
    }
  }
}
