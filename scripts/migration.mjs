// Drafts a migration from what prisma/schema.prisma says beyond prisma/migrations, or with --check tells
// whether they agree. Prisma's own command line would download an engine for this; its WebAssembly build
// needs only a database to try the migrations on, and an embedded one in memory will do. A draft is a draft:
// read it, and complete it by hand.
//
//   npm run migration -- <name>      npm run migration -- --check
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { PrismaPg } from '@prisma/adapter-pg'
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'
import { register } from 'tsx/esm/api'

register()
const { PgliteStream } = await import('../src/stores/postgres/pglite-stream.ts')
const require = createRequire(import.meta.url)

const root = path.resolve(import.meta.dirname, '..')
const schemaFile = path.join(root, 'prisma', 'schema.prisma')
const migrationsFolder = path.join(root, 'prisma', 'migrations')
/** The number of the type "character" between Prisma's engines and their adapters. */
const engineCharacter = 6
const lockFile = 'migration_lock.toml'

async function openInMemory() {
  const embedded = await PGlite.create()
  const pool = new pg.Pool({
    stream: () => new PgliteStream(embedded), max: 1, idleTimeoutMillis: 0,
    host: 'embedded', user: 'postgres', database: 'postgres', password: ''
  })
  const adapter = await new PrismaPg(pool).connect()
  describeInternalChars(pool, adapter)
  // The adapter cuts a script at every semicolon, through the bodies of functions too.
  adapter.executeScript = async script => { await pool.query(script) }
  adapter.dispose = async () => {
    await pool.end()
    await embedded.close()
  }
  return adapter
}

/**
 * PostgreSQL's catalogue has columns of an internal one-byte type, which the adapter refuses and the engine
 * wants.
 */
function describeInternalChars(pool, adapter) {
  const query = pool.query.bind(pool)
  const queryRaw = adapter.queryRaw.bind(adapter)
  let internalChars = []
  pool.query = async (...parameters) => {
    const result = await query(...parameters)
    const fields = result.fields ?? []
    internalChars = [...fields.keys()].filter(place => fields[place].dataTypeID === pg.types.builtins.CHAR)
    for (const place of internalChars) fields[place].dataTypeID = pg.types.builtins.TEXT
    return result
  }
  adapter.queryRaw = async statement => {
    const result = await queryRaw(statement)
    for (const place of internalChars) result.columnTypes[place] = engineCharacter
    return result
  }
}

async function startEngine() {
  // The adapter's own dependency: found from where the adapter is.
  const adapterRequire = createRequire(require.resolve('@prisma/adapter-pg'))
  const utilities = pathToFileURL(adapterRequire.resolve('@prisma/driver-adapter-utils'))
  const { bindMigrationAwareSqlAdapterFactory } = await import(utilities)
  const engineFolder = path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'))
  const wasm = readFileSync(path.join(engineFolder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engineModule })
  engineModule.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: message => process.stderr.write(`${message}\n`) }
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres', adapterName: '@prisma/adapter-pg',
    connect: openInMemory, connectToShadowDb: openInMemory
  })
  const datamodels = [[schemaFile, readFileSync(schemaFile, 'utf8')]]
  return engineModule.SchemaEngine.new({ datamodels }, () => undefined, factory)
}

function readMigrations() {
  const lock = path.join(migrationsFolder, lockFile)
  const names = readdirSync(migrationsFolder, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return {
    baseDir: migrationsFolder,
    lockfile: { path: lockFile, content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: names.map(entry => entry.name).sort().map(name => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(path.join(migrationsFolder, name, 'migration.sql'), 'utf8') }
      }
    }))
  }
}

async function draft() {
  const engine = await startEngine()
  const files = [{ path: schemaFile, content: readFileSync(schemaFile, 'utf8') }]
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'migrations', ...readMigrations() },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] }
  })
  return exitCode === 0 ? undefined : stdout
}

function write(name, sql) {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = path.join(migrationsFolder, `${stamp}_${name}`)
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'migration.sql'), sql)
  return path.relative(root, path.join(folder, 'migration.sql'))
}

const [argument = ''] = process.argv.slice(2)
if (argument !== '--check' && !/^[a-z][a-z0-9_]*$/.test(argument)) {
  process.stderr.write('Usage: npm run migration -- <name in snake_case> | --check\n')
  process.exit(2)
}
const sql = await draft()
if (sql === undefined) {
  process.stdout.write('The schema and the migrations agree.\n')
} else if (argument === '--check') {
  process.stderr.write('The schema says what no migration does yet; run "npm run migration -- <name>":\n\n')
  process.stderr.write(`${sql}\n`)
} else {
  process.stdout.write(`Drafted ${write(argument, sql)}: read it before you use it.\n`)
}
// The engine keeps its databases open.
process.exit(sql !== undefined && argument === '--check' ? 1 : 0)
