// An embedded database with all its migrations, for tests to copy: making one takes seconds of a core, a copy hardly any.
import path from 'node:path'

const silent = { info() {}, warn() {}, error() {} }

/** @returns the folder to copy */
export async function makeEmbeddedTemplate(folder) {
  const { openDatabase } = await import('../dist/stores/postgres/database.js')
  const database = await openDatabase({ dataDir: folder, log: silent })
  await database.migrate()
  await database.close()
  return path.join(folder, 'pgdata')
}
