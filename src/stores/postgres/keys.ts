import type { JWK } from 'jose'
import { Prisma } from '../../generated/prisma/client.ts'
import type { KeyPurpose, KeyRecord, KeyStore } from '../keys.ts'
import type { Database } from './database.ts'
import { entryColumns, toEntry, type EntryRow } from './rows.ts'

interface KeyRow {
  kid: string
  purpose: string
  position: number
  algorithm: string
  public_jwk: JWK | null
  sealed: Buffer
  sealed_with: string
  created_at: Date
  active_from: Date
  removed_at: Date | null
}

const columns = Prisma.sql`kid, purpose, position, algorithm, public_jwk, sealed, sealed_with, created_at,
  active_from, removed_at`

const everyKey = Prisma.sql`SELECT ${columns} FROM keys ORDER BY purpose, position`

export function createKeyStore({ query }: Database): KeyStore {
  return {
    async list() {
      return (await query.rows<KeyRow>(everyKey)).map(toKey)
    },
    async add(key) {
      return await query.row(adding(key)) !== undefined
    },
    async activate(kid, from, act) {
      await query.rows(Prisma.sql`
        WITH moved AS (
          UPDATE keys SET active_from = ${from}::timestamptz
          WHERE kid = ${kid} AND removed_at IS NULL AND active_from <> ${from}::timestamptz RETURNING kid
        )
        SELECT moved.kid FROM moved CROSS JOIN LATERAL record_audit(
          'key/activated', ${act.actor}, moved.kid, jsonb_build_object('reason', ${act.reason}::text)
        ) AS noted`)
    },
    async remove(kid, act) {
      const row = await query.row<EntryRow>(Prisma.sql`
        WITH removed AS (
          UPDATE keys SET removed_at = clock_timestamp()
          WHERE kid = ${kid} AND removed_at IS NULL RETURNING kid
        )
        SELECT ${entryColumns} FROM removed CROSS JOIN LATERAL
          append_revocation('key', removed.kid, NULL, ${act.reason}, ${act.actor}) AS entry`)
      return row && toEntry(row)
    },
    async reseal(kid, sealed, sealedWith) {
      await query.run(
        Prisma.sql`UPDATE keys SET sealed = ${sealed}::bytea, sealed_with = ${sealedWith} WHERE kid = ${kid}`
      )
    },
    async forget(kids) {
      // The trigger counts every statement, and a change makes all instances read the keys again.
      if (kids.length > 0) await query.run(forgetting(kids))
    }
  }
}

/** No SESSION_LIFETIME is longer than 400 days, and a session that is renewed for ever keeps no key for ever. */
function forgetting(kids: string[]): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM keys WHERE kid = ANY(${kids}::text[]) AND NOT EXISTS (
      SELECT 1 FROM grants WHERE mac_kid = keys.kid AND revoked_at IS NULL AND expires_at > clock_timestamp())
    AND NOT EXISTS (
      SELECT 1 FROM keys successor JOIN sessions s ON s.created_at < successor.active_from
      WHERE keys.purpose = 'sign' AND successor.purpose = 'sign' AND successor.removed_at IS NULL
        AND successor.position = (
          SELECT min(position) FROM keys later WHERE later.purpose = 'sign' AND later.removed_at IS NULL AND later.position > keys.position)
        AND successor.active_from > clock_timestamp() - interval '400 days'
        AND s.cookie_hash IS NOT NULL AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp())`
}

function adding(key: KeyRecord): Prisma.Sql {
  const publicJwk = key.publicJwk === undefined ? null : JSON.stringify(key.publicJwk)
  return Prisma.sql`
    WITH added AS (
      INSERT INTO keys (${columns})
      VALUES (
        ${key.kid}, ${key.purpose}, ${key.position}::int, ${key.algorithm}, ${publicJwk}::jsonb,
        ${key.sealed}::bytea, ${key.sealedWith}, ${key.createdAt}::timestamptz,
        ${key.activeFrom}::timestamptz,
        ${key.removedAt ?? null}::timestamptz)
      ON CONFLICT DO NOTHING RETURNING kid, purpose
    )
    SELECT added.kid FROM added CROSS JOIN LATERAL record_audit(
      'key/added', 'countersign', added.kid, jsonb_build_object('purpose', added.purpose)) AS noted`
}

function toKey(row: KeyRow): KeyRecord {
  return {
    kid: row.kid,
    purpose: row.purpose as KeyPurpose,
    position: row.position,
    algorithm: row.algorithm,
    publicJwk: row.public_jwk ?? undefined,
    sealed: row.sealed,
    sealedWith: row.sealed_with,
    createdAt: row.created_at,
    activeFrom: row.active_from,
    removedAt: row.removed_at ?? undefined
  }
}
