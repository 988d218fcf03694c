import type { PendingStore } from '../pending.ts'
import type { RedisConnection } from './connection.ts'

/** What waits, shared by all instances. Each is one key with a time to live. */
export function createRedisPending(connection: RedisConnection): PendingStore {
  const { keys, run } = connection
  return {
    async add(name, value, lifetime) {
      const expiration = { type: 'PX', value: Math.ceil(lifetime * 1000) } as const
      return await run(client => client.set(keys.pending(name), value, { condition: 'NX', expiration })) === 'OK'
    },
    find: async name => await run(client => client.get(keys.pending(name))) ?? undefined,
    replace: (name, expected, next) => run(client => client.replacePending(keys.pending(name), { expected, ...next })),
    remove: async name => await run(client => client.del(keys.pending(name))) === 1
  }
}
