import { Prisma } from '../../generated/prisma/client.ts'
import type { StandardClaims } from '../../protocol/standard-claims.ts'
import type { Act, NewUser, PasswordChange, User, UserStore } from '../users.ts'
import type { Database } from './database.ts'
import { entryColumns, hasEntry, toEntry, type EntryRow, type MaybeEntry } from './rows.ts'

interface UserRow {
  id: string
  email: string
  name: string | null
  role: string
  password_hash: string
  disabled_at: Date | null
  created_at: Date
  email_verified: boolean
  claims: StandardClaims
  updated_at: Date
}

type AccountChange = NonNullable<Parameters<UserStore['endEverything']>[2]>

const columns = Prisma.sql`
  id, email, name, role, password_hash, disabled_at, created_at, email_verified, claims, updated_at`

export function createUserStore({ query }: Database): UserStore {
  return {
    async register(user) {
      return await query.row(registration(user)) !== undefined
    },
    async find(by) {
      const condition = 'id' in by ? Prisma.sql`id = ${by.id}` : Prisma.sql`email = ${by.email}`
      const row = await query.row<UserRow>(Prisma.sql`SELECT ${columns} FROM users WHERE ${condition}`)
      return row && toUser(row)
    },
    async list({ limit, after }) {
      const rest = after === undefined
        ? Prisma.empty
        : Prisma.sql`WHERE (created_at, id) > (SELECT created_at, id FROM users WHERE id = ${after})`
      const rows = await query.rows<UserRow>(
        Prisma.sql`SELECT ${columns} FROM users ${rest} ORDER BY created_at, id LIMIT ${limit}::int`
      )
      return rows.map(toUser)
    },
    async upgradeHash(userId, oldHash, newHash) {
      await query.run(
        Prisma.sql`UPDATE users SET password_hash = ${newHash}
          WHERE id = ${userId} AND password_hash = ${oldHash}`
      )
    },
    async changePassword(change) {
      const rows = await query.rows<MaybeEntry>(passwordChange(change))
      return rows.some(row => row.seq === null) ? undefined : rows.filter(hasEntry).map(toEntry)
    },
    async endEverything(idOrSubject, act, set = {}) {
      const rows = await query.rows<EntryRow>(endOfEverything(idOrSubject, act, set))
      return rows.map(toEntry)
    }
  }
}

/** A taken address is noted, too: the statement writes and commits either way, so that its time tells nobody which. */
function registration(user: NewUser): Prisma.Sql {
  return Prisma.sql`
    WITH added AS (
      INSERT INTO users (id, email, name, role, password_hash)
      VALUES (${user.id}, ${user.email}, ${user.name ?? null}::text, ${user.role}, ${user.passwordHash})
      ON CONFLICT (email) DO NOTHING RETURNING id
    ), noted AS (
      INSERT INTO audit_events (kind, actor, subject)
      SELECT CASE WHEN added.id IS NULL THEN 'user/registered-again' ELSE 'user/registered' END, ${user.actor},
        coalesce(added.id, (SELECT id FROM users WHERE email = ${user.email}), '')
      FROM (VALUES (1)) AS always LEFT JOIN added ON true
    )
    SELECT id FROM added`
}

function passwordChange(change: PasswordChange): Prisma.Sql {
  return Prisma.sql`
    SELECT ${entryColumns} FROM change_password(
      ${change.userId}, ${change.oldHash}, ${change.newHash}, ${change.keptSessionId}, ${change.actor}
    ) AS entry ORDER BY entry.seq`
}

/**
 * The cut-off is taken after the user's row is locked: a sign-in holds that row in share while it takes its
 * numbers, so each sign-in is wholly before the cut-off or wholly after it.
 */
function endOfEverything(idOrSubject: string, act: Act, set: AccountChange): Prisma.Sql {
  return Prisma.sql`
    WITH account AS MATERIALIZED (
      SELECT id FROM users WHERE id = coalesce(
        (SELECT user_id FROM pairwise_subjects WHERE subject = ${idOrSubject}), ${idOrSubject}) FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT id, nextval('grant_numbers') AS number FROM account
    ), ended AS (
      UPDATE users SET grants_cutoff = cutoff.number ${changedColumns(set)}
      FROM cutoff WHERE users.id = cutoff.id RETURNING users.id, users.grants_cutoff
    ), noted AS (
      INSERT INTO audit_events (kind, actor, subject)
      SELECT kind, ${act.actor}, ended.id FROM ended CROSS JOIN unnest(${auditKinds(set)}::text[]) AS kind
    )
    SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
      end_subjects(ended.id, ended.grants_cutoff, ${act.reason}, ${act.actor}) AS entry ORDER BY entry.seq`
}

function changedColumns({ passwordHash, disabled }: AccountChange): Prisma.Sql {
  const password = passwordHash === undefined
    ? Prisma.empty
    : Prisma.sql`, password_hash = ${passwordHash}, password_changed_at = clock_timestamp()`
  if (disabled === undefined) return password
  const moment = disabled ? Prisma.sql`coalesce(users.disabled_at, clock_timestamp())` : Prisma.sql`NULL`
  return Prisma.sql`${password}, disabled_at = ${moment}`
}

function auditKinds({ passwordHash, disabled }: AccountChange): string[] {
  return [
    ...(passwordHash === undefined ? [] : ['user/password-set']),
    ...(disabled === undefined ? [] : [disabled ? 'user/disabled' : 'user/enabled'])
  ]
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name ?? undefined,
    role: row.role,
    passwordHash: row.password_hash,
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at,
    emailVerified: row.email_verified,
    claims: row.claims,
    updatedAt: row.updated_at
  }
}
