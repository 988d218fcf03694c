import { Prisma } from '../../generated/prisma/client.ts'
import type { Client, ClientProfile, ClientStore, NewClient } from '../clients.ts'
import type { Act } from '../users.ts'
import type { Database } from './database.ts'
import { entryColumns, toEntry, type EntryRow } from './rows.ts'

interface ClientRow {
  id: string
  tag: string
  name: string
  secret_hash: Buffer | null
  auth_methods: string[]
  grant_types: string[]
  scopes: string[]
  audience: string[]
  redirect_uris: string[]
  post_logout_redirect_uris: string[]
  backchannel_logout_uri: string | null
  registration_token_hash: Buffer | null
  profile: ClientProfile
  grants_cutoff: bigint
  disabled_at: Date | null
  created_at: Date
}

const columns = Prisma.sql`id, tag, name, secret_hash, auth_methods, grant_types, scopes, audience,
  redirect_uris, post_logout_redirect_uris, backchannel_logout_uri, registration_token_hash, profile, grants_cutoff,
  disabled_at, created_at`

export function createClientStore({ query }: Database): ClientStore {
  return {
    async create(client, actor) {
      return await query.row(registration(client, actor)) !== undefined
    },
    async find(clientId) {
      const row = await query.row<ClientRow>(Prisma.sql`SELECT ${columns} FROM clients WHERE id = ${clientId}`)
      return row && toClient(row)
    },
    async list(tags) {
      const wanted = tags === undefined ? Prisma.empty : Prisma.sql`WHERE tag = ANY(${[...tags]}::text[])`
      const rows = await query.rows<ClientRow>(
        Prisma.sql`SELECT ${columns} FROM clients ${wanted} ORDER BY created_at, id`)
      return rows.map(toClient)
    },
    async replaceSecret(clientId, secretHash, actor) {
      const row = await query.row(Prisma.sql`
        WITH changed AS (
          UPDATE clients SET secret_hash = ${secretHash}::bytea
          WHERE id = ${clientId} AND secret_hash IS NOT NULL RETURNING id
        )
        SELECT changed.id FROM changed CROSS JOIN LATERAL
          record_audit('client/secret-replaced', ${actor}, changed.id, '{}') AS noted`)
      return row !== undefined
    },
    async delete(clientId, act) {
      const row = await query.row<EntryRow>(ending(clientId, act, deletion))
      return row && toEntry(row)
    },
    async endEverything(clientId, act) {
      const row = await query.row<EntryRow>(ending(clientId, act, cutOff))
      return row && toEntry(row)
    }
  }
}

/** A client that is made anew under an old id gets a number above the entry that ended its predecessor. */
function registration(client: NewClient, actor: string): Prisma.Sql {
  return Prisma.sql`
    WITH added AS (
      INSERT INTO clients (
        id, tag, name, secret_hash, auth_methods, grant_types, scopes, audience, redirect_uris,
        post_logout_redirect_uris, backchannel_logout_uri, registration_token_hash, profile, grants_cutoff)
      VALUES (
        ${client.id}, ${client.tag}, ${client.name}, ${client.secretHash ?? null}::bytea,
        ${client.authMethods}::text[],
        ${client.grantTypes}::text[], ${client.scopes}::text[], ${client.audience}::text[],
        ${client.redirectUris}::text[], ${client.postLogoutRedirectUris ?? []}::text[],
        ${client.backchannelLogoutUri ?? null}::text, ${client.registrationTokenHash ?? null}::bytea,
        ${JSON.stringify(client.profile ?? {})}::jsonb, nextval('grant_numbers'))
      ON CONFLICT DO NOTHING RETURNING id
    )
    SELECT added.id FROM added CROSS JOIN LATERAL
      record_audit('client/created', ${actor}, added.id, '{}') AS noted`
}

const cutOff = Prisma.sql`ended AS (
  UPDATE clients SET grants_cutoff = cutoff.number FROM cutoff WHERE clients.id = cutoff.id
  RETURNING clients.id, cutoff.number)`

/** The APIs forget it too: a later client of the same id is another one. */
const deletion = Prisma.sql`ended AS (
  DELETE FROM clients USING cutoff WHERE clients.id = cutoff.id RETURNING clients.id, cutoff.number
), unlisted AS (
  UPDATE apis SET clients = array_remove(apis.clients, ended.id) FROM ended WHERE ended.id = ANY(apis.clients))`

/** The cut-off is taken after the row is locked, so that of two ends the later one has the higher number. */
function ending(clientId: string, act: Act, change: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH doomed AS MATERIALIZED (
      SELECT id FROM clients WHERE id = ${clientId} FOR UPDATE
    ), cutoff AS MATERIALIZED (
      SELECT id, nextval('grant_numbers') AS number FROM doomed
    ), ${change}
    SELECT ${entryColumns} FROM ended CROSS JOIN LATERAL
      append_revocation('client', ended.id, ended.number, ${act.reason}, ${act.actor}) AS entry`
}

function toClient(row: ClientRow): Client {
  return {
    id: row.id,
    tag: row.tag,
    name: row.name,
    secretHash: row.secret_hash ?? undefined,
    authMethods: row.auth_methods,
    grantTypes: row.grant_types,
    scopes: row.scopes,
    audience: row.audience,
    redirectUris: row.redirect_uris,
    postLogoutRedirectUris: row.post_logout_redirect_uris,
    backchannelLogoutUri: row.backchannel_logout_uri ?? undefined,
    registrationTokenHash: row.registration_token_hash ?? undefined,
    profile: row.profile,
    grantsCutoff: Number(row.grants_cutoff),
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at
  }
}
