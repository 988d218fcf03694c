import { Prisma } from '../../generated/prisma/client.ts'

/** How many devices a user's account remembers. */
const rememberedDevices = 10

/**
 * Further steps of a sign-in whose step `owner` has one row with a `user_id`. A secret belongs to one account for good.
 * The device at hand is left out of the count, because a step does not see what another step of its statement inserts.
 */
export function rememberDevice(deviceHash: Buffer | undefined, owner: Prisma.Sql): Prisma.Sql {
  if (deviceHash === undefined) return Prisma.empty
  return Prisma.sql`, remembered AS (
      INSERT INTO devices (secret_hash, user_id) SELECT ${deviceHash}::bytea, user_id FROM ${owner}
      ON CONFLICT (secret_hash) DO UPDATE SET last_used_at = clock_timestamp()
        WHERE devices.user_id = excluded.user_id
    ), surplus AS MATERIALIZED (
      SELECT secret_hash FROM devices WHERE secret_hash IN (
        SELECT d.secret_hash FROM devices d JOIN ${owner} owner ON d.user_id = owner.user_id
        WHERE d.secret_hash <> ${deviceHash}::bytea
        ORDER BY d.last_used_at DESC, d.secret_hash OFFSET ${rememberedDevices - 1}::int
      ) FOR UPDATE SKIP LOCKED
    ), forgotten AS (
      DELETE FROM devices USING surplus WHERE devices.secret_hash = surplus.secret_hash
    )`
}
