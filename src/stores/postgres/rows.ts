import { Prisma } from '../../generated/prisma/client.ts'
import type { ClaimsRequest } from '../../protocol/claims-request.ts'
import type { GrantState } from '../grants.ts'
import type { JournalEntry, TargetKind } from '../journal.ts'
import type { NewGrant } from '../sessions.ts'

/** What several stores share: the columns they select, and rows turned into the domain's objects. */

/** The columns of a journal entry that stands in the query as `entry`. */
export const entryColumns = Prisma.sql`
  entry.seq, entry.target, entry.value, entry.cutoff, entry.reason, entry.created_at, entry.ends_at,
  entry.hash`

export interface EntryRow {
  seq: bigint
  target: string
  value: string
  cutoff: bigint | null
  reason: string
  created_at: Date
  ends_at: Date
  hash: Buffer
}

export function toEntry(row: EntryRow): JournalEntry {
  return {
    seq: Number(row.seq),
    target: row.target as TargetKind,
    value: row.value,
    cutoff: row.cutoff === null ? undefined : Number(row.cutoff),
    reason: row.reason,
    createdAt: row.created_at,
    endsAt: row.ends_at,
    hash: row.hash
  }
}

/** A row of a query that says, by having no entry, that there is none. */
export type MaybeEntry = EntryRow | { seq: null }

export function hasEntry<Row extends MaybeEntry>(row: Row): row is Row & EntryRow {
  return row.seq !== null
}

/** A grant `g` with what its user `u` adds to a token. */
export const grantColumns = Prisma.sql`
  g.id, g.client_id, g.user_id, g.session_id, g.scopes, g.audience, g.key_binding, g.secret, g.generation,
  g.mac_kid, u.role, g.auth_time, g.amr, g.subject, g.offline, g.claims`

export interface GrantRow {
  id: string
  client_id: string
  user_id: string
  session_id: string
  scopes: string[]
  audience: string[]
  key_binding: string | null
  secret: Buffer
  generation: number
  mac_kid: string
  role: string
  auth_time: Date
  amr: string[]
  subject: string
  offline: boolean
  claims: ClaimsRequest | null
}

export function toGrant(row: GrantRow): GrantState {
  return {
    id: row.id,
    clientId: row.client_id,
    userId: row.user_id,
    sessionId: row.session_id,
    scopes: row.scopes,
    audience: row.audience,
    keyBinding: row.key_binding ?? undefined,
    secret: row.secret,
    generation: row.generation,
    macKid: row.mac_kid,
    role: row.role,
    authTime: row.auth_time,
    amr: row.amr,
    subject: row.subject,
    offline: row.offline,
    claims: row.claims ?? undefined
  }
}

/**
 * The values of a new grant's columns that come from the caller; the others depend on the statement's own
 * steps.
 */
export const newGrantColumns = Prisma.sql`client_id, scopes, audience, key_binding, secret, mac_kid`

export function newGrantValues(grant: NewGrant): Prisma.Sql {
  return Prisma.sql`${grant.clientId}, ${grant.scopes}::text[], ${grant.audience}::text[],
    ${grant.keyBinding ?? null}::text, ${grant.secret}::bytea, ${grant.macKid}`
}

/**
 * Whether nothing has ended session `s` of user `u`, in service `st`. A session that has merely run its time
 * is expired, which is another matter.
 */
export const sessionStands = Prisma.sql`(
  s.revoked_at IS NULL AND u.disabled_at IS NULL AND s.number >= u.grants_cutoff
  AND s.number >= st.grants_cutoff)`

/**
 * Whether nothing has ended grant `g` of client `c` in such a session, unless it outlives sessions: what has a number
 * below a cut-off is dead.
 */
export const grantStands = Prisma.sql`(
  (g.offline OR ${sessionStands}) AND g.revoked_at IS NULL AND u.disabled_at IS NULL AND c.disabled_at IS NULL
  AND g.number >= u.grants_cutoff AND g.number >= c.grants_cutoff AND g.number >= st.grants_cutoff)`

/** When grant `g` in session `s` ends if nobody ends it. */
export const grantEnd = Prisma.sql`
  least(g.idle_expires_at, g.expires_at, CASE WHEN NOT g.offline THEN s.expires_at END)`
