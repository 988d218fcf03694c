import type { Config } from './config.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'
import type { CounterStore } from './stores/counters.ts'
import { createMemoryCounters } from './stores/memory/counters.ts'
import { createMemoryPending } from './stores/memory/pending.ts'
import { createMemoryRevocationCache } from './stores/memory/revocation-cache.ts'
import { openDatabase } from './stores/postgres/database.ts'
import { createPostgresStores, type PostgresStores } from './stores/postgres/stores.ts'
import { connectRedis } from './stores/redis/connection.ts'
import { createRedisCounters } from './stores/redis/counters.ts'
import { createFallbackCounters } from './stores/redis/fallback-counters.ts'
import { createRedisPending } from './stores/redis/pending.ts'
import { createRedisRevocationCache } from './stores/redis/revocation-cache.ts'
import type { PendingStore } from './stores/pending.ts'
import type { RevocationCache } from './stores/revocation-cache.ts'

/** The drivers of an instance: PostgreSQL and Redis, or the embedded database and this process. */
export interface StoresOfInstance extends PostgresStores {
  kind: 'postgresql' | 'embedded'
  revocationCache: RevocationCache
  /** Shared by all instances where Redis is there. */
  counters: CounterStore
  /** Of this process alone. */
  localCounters: CounterStore
  pending: PendingStore
  /** Migrates the embedded database; on a server, throws when a migration is pending. */
  prepare(): Promise<void>
  migrate(): Promise<string[]>
  pendingMigrations(): Promise<string[]>
  /** Undefined when there is no Redis to ask. Throws when it is away. */
  pingRedis: (() => Promise<void>) | undefined
  /** Resolves when the first attempt to reach Redis has ended, in success or not. */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface StoreTools {
  clock: Clock
  log: Log
  greeting: (() => object) | undefined
}

export async function composeStores(config: Config, { clock, log, greeting }: StoreTools): Promise<StoresOfInstance> {
  const { databaseUrl: url, redisUrl, dataDir } = config
  const database = await openDatabase({ url, dataDir, log, ...(greeting && { greeting }) })
  const redis = redisUrl === undefined ? undefined : connectRedis({ url: redisUrl, log })
  const localCounters = createMemoryCounters(clock)
  // Apart from the others: no flood of refresh tokens may push a count of wrong passwords out of memory.
  const signInCounters = createMemoryCounters(clock)
  return {
    ...createPostgresStores(database),
    kind: database.kind,
    localCounters,
    pending: redis ? createRedisPending(redis) : createMemoryPending(clock),
    revocationCache: redis ? createRedisRevocationCache(redis) : createMemoryRevocationCache(clock),
    counters: redis ? createFallbackCounters(createRedisCounters(redis), signInCounters, log) : signInCounters,
    migrate: database.migrate,
    pendingMigrations: database.pendingMigrations,
    pingRedis: redis?.ping,
    async prepare() {
      if (database.kind === 'embedded') return void await database.migrate()
      const pending = await database.pendingMigrations()
      if (pending.length > 0) {
        throw new Error(`The database lacks ${pending.length} migration(s): ${pending.join(', ')}. ` +
          'Run "countersign migrate" with the same environment, then start again.')
      }
    },
    settle: async () => redis?.settled(),
    async close() {
      await redis?.close()
      await database.close()
    }
  }
}
