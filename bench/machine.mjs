// What a figure was measured on. No names, addresses or folders of the machine.
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem, type as systemName } from 'node:os'
import pg from 'pg'
import { createClient } from 'redis'
import { loadProgram } from './load.mjs'

export async function describeMachine({ databaseUrl, redisUrl }) {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: systemName(),
    node: process.versions.node,
    nodeOpenssl: process.versions.openssl,
    openssl: /^OpenSSL (\S+)/.exec(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 'none',
    postgresql: await readPostgresVersion(databaseUrl),
    redis: await readRedisVersion(redisUrl),
    load: loadProgram
  }
}

async function readPostgresVersion(connectionString) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows } = await client.query("SELECT split_part(current_setting('server_version'), ' ', 1) AS version")
  await client.end()
  return rows[0].version
}

async function readRedisVersion(url) {
  const client = createClient({ url })
  await client.connect()
  const information = await client.info('server')
  await client.close()
  return /redis_version:(\S+)/.exec(information)?.[1] ?? 'unknown'
}
