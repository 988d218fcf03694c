import { Prisma } from '../../generated/prisma/client.ts'
import type { StateStore } from '../state.ts'
import type { Database } from './database.ts'

interface StateRow {
  seq: bigint
  hash: Buffer
  clients_version: bigint
  keys_version: bigint
  grants_cutoff: bigint
  access_token_lifetime: number
  former_lifetime_until: Date
}

/**
 * Seconds in which an instance that has not yet heard of a shorter lifetime may still mint by the longer one.
 */
const noticePeriod = 10

export function createStateStore({ query }: Database): StateStore {
  return {
    async read() {
      const row = await query.row<StateRow>(Prisma.sql`
        SELECT head.seq, head.hash, st.clients_version, st.keys_version, st.grants_cutoff,
          st.access_token_lifetime,
          st.former_lifetime_until FROM service_state st CROSS JOIN journal_head head`)
      return toState(row!)
    },
    async setAccessTokenLifetime(lifetime) {
      await query.run(Prisma.sql`
        UPDATE service_state SET access_token_lifetime = ${lifetime}::int,
          former_lifetime_until = CASE WHEN access_token_lifetime > ${lifetime}::int
            THEN greatest(former_lifetime_until,
              clock_timestamp() + make_interval(secs => access_token_lifetime + ${noticePeriod}::int))
            ELSE former_lifetime_until END
        WHERE access_token_lifetime <> ${lifetime}::int`)
    },
    beginCanary: async interval => await query.run(Prisma.sql`
      UPDATE service_state SET canary_at = clock_timestamp()
      WHERE canary_at <= clock_timestamp() - make_interval(secs => ${interval}::float8)`) > 0
  }
}

function toState(row: StateRow): Awaited<ReturnType<StateStore['read']>> {
  return {
    journal: { seq: Number(row.seq), hash: row.hash },
    clientsVersion: Number(row.clients_version),
    keysVersion: Number(row.keys_version),
    issuerCutoff: Number(row.grants_cutoff),
    accessTokenLifetime: row.access_token_lifetime,
    formerLifetimeUntil: row.former_lifetime_until
  }
}
