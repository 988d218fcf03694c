import { Prisma } from '../../generated/prisma/client.ts'
import type { ClaimsRequest } from '../../protocol/claims-request.ts'
import type { StandardClaims } from '../../protocol/standard-claims.ts'
import type { ClientProfile } from '../clients.ts'
import type { GrantProfile, ProfileChange, ProfileStore } from '../profiles.ts'
import type { Database } from './database.ts'

interface ProfileRow {
  email: string
  email_verified: boolean
  name: string | null
  claims: StandardClaims
  updated_at: string
  subject: string
  request: ClaimsRequest | null
  client: ClientProfile
  seq: number
  hash: string
}

export function createProfileStore({ query }: Database): ProfileStore {
  return {
    async set(userId, change, actor) {
      return await query.row(setting(userId, change, actor)) !== undefined
    },
    async ofGrant(grantId) {
      const row = await query.rowAsJson<ProfileRow>(Prisma.sql`
        SELECT u.email, u.email_verified, u.name, u.claims, u.updated_at, g.subject, g.claims AS request, c.profile AS client,
          head.seq, encode(head.hash, 'hex') AS hash
        FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id CROSS JOIN journal_head head
        WHERE g.id = ${grantId}`)
      return row && toProfile(row)
    }
  }
}

/** The audit trail says what was changed and not to what: it is kept longer than the user may want. */
function setting(userId: string, { name, emailVerified, claims = {} }: ProfileChange, actor: string): Prisma.Sql {
  const changed = [
    ...(name === undefined ? [] : ['name']), ...(emailVerified === undefined ? [] : ['email_verified']), ...Object.keys(claims)
  ]
  return Prisma.sql`
    WITH changed AS (
      UPDATE users SET
        name = CASE WHEN ${name === undefined} THEN name ELSE ${name ?? null}::text END,
        email_verified = coalesce(${emailVerified ?? null}::boolean, email_verified),
        claims = jsonb_strip_nulls(claims || ${JSON.stringify(claims)}::jsonb),
        updated_at = clock_timestamp()
      WHERE id = ${userId} RETURNING id
    )
    SELECT changed.id FROM changed CROSS JOIN LATERAL record_audit(
      'user/profile-set', ${actor}, changed.id, jsonb_build_object('claims', ${changed.join(' ')}::text)
    ) AS noted`
}

function toProfile(row: ProfileRow): GrantProfile {
  return {
    user: {
      email: row.email,
      emailVerified: row.email_verified,
      name: row.name ?? undefined,
      claims: row.claims,
      updatedAt: new Date(row.updated_at)
    },
    subject: row.subject,
    claims: row.request ?? undefined,
    signedResponseAlg: row.client.userinfoSignedResponseAlg,
    head: { seq: row.seq, hash: Buffer.from(row.hash, 'hex') }
  }
}
