import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findFreePort } from '../free-port.mjs'
import { answersOk, startNode } from '../node-process.mjs'
import { timed } from './print.mjs'

const root = path.resolve(import.meta.dirname, '../..')

/**
 * Two instances on the databases; without databases one, which embeds its own.
 * @returns { instances, client }: the first instance is the issuer; the client may follow revocations
 */
export async function openService(stage, { databaseUrl, redisUrl }) {
  const port = await findFreePort()
  const { environment, folder } = stage
  const settings = {
    ...environment, ISSUER: `http://127.0.0.1:${port}`, LOG_LEVEL: 'warn', REGISTRATION: 'open',
    FIRST_PARTY_AUDIENCES: 'orders', KEYS_DIR: path.join(folder, 'keys'), DATA_DIR: path.join(folder, 'data'),
    ...databaseUrl && { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }
  }
  // Several instances open the same keys: none makes a master key of its own.
  mkdirSync(settings.KEYS_DIR)
  writeFileSync(path.join(settings.KEYS_DIR, 'master.key'), randomBytes(32).toString('base64'), { mode: 0o600 })
  if (databaseUrl) runCommand(['migrate'], { folder, env: settings })
  const first = await startInstance(stage, { title: 'start Countersign', port, settings })
  const others = databaseUrl
    ? [await startInstance(stage, { title: 'start another instance', port: await findFreePort(), settings })]
    : []
  const client = JSON.parse(runCommand(
    ['clients', 'create', '--id', 'orders', '--grants', 'client_credentials', '--scopes', 'revocations:read', '--json'],
    { folder, env: first.env }))
  return { instances: [first, ...others], client }
}

/** @returns { url, env, kill(), start() }: the latter where and as it was */
async function startInstance({ folder, running }, { title, port, settings }) {
  const url = `http://127.0.0.1:${port}`
  const env = { ...settings, PORT: String(port), ADMIN_PORT: String(await findFreePort()) }
  const launch = () => startNode([path.join(root, 'dist', 'main.js')], {
    // Not the project's folder: its .env is not meant for this.
    cwd: folder, env, isReady: () => answersOk(`${url}/readyz`)
  })
  let program = await timed(title, launch, () => url)
  running.push({ stop: () => program.stop() })
  return { url, env, kill: () => program.kill(), async start() { program = await launch() } }
}

function runCommand(args, { folder, env }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'bin', 'countersign.mjs'), ...args],
    { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`"countersign ${args.join(' ')}" failed:\n${stderr}`)
  return stdout
}
