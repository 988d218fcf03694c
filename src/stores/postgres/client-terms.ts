import { Prisma } from '../../generated/prisma/client.ts'
import type { NextSecretHash } from '../client-changes.ts'
import type { ClientTerms } from '../clients.ts'

/** The columns of a client that can be said anew, wherever that is done. Members that are absent are left alone. */

export type SomeTerms = Omit<ClientTerms, 'audience'> & Partial<Pick<ClientTerms, 'audience'>>

function pairColumns(terms: SomeTerms): Array<[column: Prisma.Sql, value: Prisma.Sql]> {
  const { audience } = terms
  return [
    [Prisma.sql`name`, Prisma.sql`${terms.name}::text`],
    [Prisma.sql`auth_methods`, Prisma.sql`${terms.authMethods}::text[]`],
    [Prisma.sql`grant_types`, Prisma.sql`${terms.grantTypes}::text[]`],
    [Prisma.sql`scopes`, Prisma.sql`${terms.scopes}::text[]`],
    ...audience === undefined ? [] : [[Prisma.sql`audience`, Prisma.sql`${audience}::text[]`] satisfies [Prisma.Sql, Prisma.Sql]],
    [Prisma.sql`redirect_uris`, Prisma.sql`${terms.redirectUris}::text[]`],
    [Prisma.sql`post_logout_redirect_uris`, Prisma.sql`${terms.postLogoutRedirectUris}::text[]`],
    [Prisma.sql`backchannel_logout_uri`, Prisma.sql`${terms.backchannelLogoutUri ?? null}::text`],
    [Prisma.sql`profile`, Prisma.sql`${JSON.stringify(terms.profile)}::jsonb`]
  ]
}

/** For `SET`. */
export function assignClientTerms(terms: SomeTerms): Prisma.Sql {
  return Prisma.join(pairColumns(terms).map(([column, value]) => Prisma.sql`${column} = ${value}`), ', ')
}

/** For `WHERE`: whether a client is just that. */
export function matchClientTerms(terms: ClientTerms): Prisma.Sql {
  return Prisma.join(pairColumns(terms).map(([column, value]) => Prisma.sql`${column} IS NOT DISTINCT FROM ${value}`), ' AND ')
}

/** For `SET`. */
export function assignSecret(secretHash: NextSecretHash): Prisma.Sql {
  return secretHash === 'keep' ? Prisma.sql`secret_hash = secret_hash` : Prisma.sql`secret_hash = ${secretHash ?? null}::bytea`
}
