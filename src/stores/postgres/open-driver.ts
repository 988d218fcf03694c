import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type pg from 'pg'

/** More texts than the stores hold; beyond it statements go unnamed rather than fill the server's memory. */
const namedStatements = 500

/**
 * Prisma's driver over a pool that stays the caller's. It would print every statement with its values where the environment
 * says `DEBUG=*`, and values are secrets: it reads this when it is loaded, so it is told before.
 */
export async function openDriver(pool: pg.Pool): Promise<SqlDriverAdapter> {
  Object.assign(globalThis, { DEBUG: '' })
  const { PrismaPg } = await import('@prisma/adapter-pg')
  return new PrismaPg(pool, { statementNameGenerator: createStatementNames() }).connect()
}

/** A name per statement text, so that each connection plans it once. */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    let name = names.get(sql)
    if (name === undefined && names.size < namedStatements) {
      name = `s${names.size}`
      names.set(sql, name)
    }
    return name ?? ''
  }
}
