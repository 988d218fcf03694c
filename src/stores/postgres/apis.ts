import { Prisma } from '../../generated/prisma/client.ts'
import type { Api, ApiChanges, ApiStore, NewApi } from '../apis.ts'
import type { Database } from './database.ts'

interface ApiRow {
  identifier: string
  name: string
  scopes: string[]
  token_lifetime: number | null
  clients: string[]
  status_list: boolean
  created_at: Date
}

export function createApiStore({ query }: Database): ApiStore {
  const didChange = async (statement: Prisma.Sql): Promise<boolean> => await query.row(statement) !== undefined
  return {
    create: (api, actor) => didChange(audited('api/created', actor, creating(api))),
    async list() {
      const rows = await query.rows<ApiRow>(Prisma.sql`
        SELECT identifier, name, scopes, token_lifetime, clients, status_list, created_at FROM apis ORDER BY created_at, identifier`)
      return rows.map(toApi)
    },
    change: (identifier, changes, actor) => didChange(audited('api/changed', actor, changing(identifier, changes))),
    delete: (identifier, actor) => didChange(audited('api/deleted', actor, Prisma.sql`
      DELETE FROM apis WHERE identifier = ${identifier} RETURNING *`))
  }
}

/** The act, with who did it and what the API was or became. */
function audited(kind: string, actor: string, act: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH done AS (${act})
    SELECT done.identifier FROM done CROSS JOIN LATERAL record_audit(${kind}, ${actor}, done.identifier,
      jsonb_build_object('scopes', to_jsonb(done.scopes), 'clients', to_jsonb(done.clients),
        'token_lifetime', done.token_lifetime, 'status_list', done.status_list)) AS noted`
}

function creating(api: NewApi): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO apis (identifier, name, scopes, token_lifetime, clients, status_list)
    VALUES (${api.identifier}, ${api.name}, ${api.scopes}::text[], ${api.tokenLifetime ?? null}::int,
      ${api.clients}::text[], ${api.statusList ?? false}::boolean)
    ON CONFLICT DO NOTHING RETURNING *`
}

function changing(identifier: string, { name, scopes, clients, tokenLifetime, statusList }: ApiChanges): Prisma.Sql {
  return Prisma.sql`
    UPDATE apis SET
      name = coalesce(${name ?? null}::text, name),
      scopes = coalesce(${scopes ?? null}::text[], scopes),
      clients = coalesce(${clients ?? null}::text[], clients),
      status_list = coalesce(${statusList ?? null}::boolean, status_list),
      token_lifetime = CASE WHEN ${tokenLifetime === undefined} THEN token_lifetime ELSE ${tokenLifetime ?? null}::int END
    WHERE identifier = ${identifier} RETURNING *`
}

function toApi(row: ApiRow): Api {
  return {
    identifier: row.identifier,
    name: row.name,
    scopes: row.scopes,
    tokenLifetime: row.token_lifetime ?? undefined,
    clients: row.clients,
    statusList: row.status_list,
    createdAt: row.created_at
  }
}
