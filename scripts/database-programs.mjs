// Where the programs of PostgreSQL and Redis are; on a Debian machine, as root, installs the ones that are
// missing.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { findOnPath, install, isExecutable, mayInstall, searchPath } from './debian-packages.mjs'

const versioned = '/usr/lib/postgresql'

/**
 * @returns { initdb, postgres, redis, postgresUser }: paths of what was asked for, and the identity that
 * PostgreSQL needs when this process is root, which it refuses
 * @throws Error that says what is missing and what to do; its `missing` are the names of the packages
 */
export function findPrograms({ postgres, redis, say }) {
  const find = () => ({
    ...(postgres ? findPostgres() : {}),
    ...(redis ? { redis: findOnPath('redis-server') } : {})
  })
  const lacks = programs => [
    ...(postgres && !(programs.postgres && programs.initdb) ? ['postgresql'] : []),
    ...(redis && !programs.redis ? ['redis-server'] : [])
  ]
  let programs = find()
  if (lacks(programs).length > 0 && mayInstall()) {
    install(lacks(programs), say)
    programs = find()
  }
  const missing = lacks(programs)
  if (missing.length > 0) throw Object.assign(new Error(explain(missing)), { missing })
  return { ...programs, postgresUser: postgres && process.getuid?.() === 0 ? findUser() : undefined }
}

function explain(missing) {
  const names = {
    'postgresql': 'PostgreSQL 15 or newer (initdb and postgres)',
    'redis-server': 'Redis 7 or newer (redis-server)'
  }
  const variables = { 'postgresql': 'TEST_DATABASE_URL', 'redis-server': 'TEST_REDIS_URL' }
  const list = table => missing.map(name => table[name]).join(' and ')
  return `The tests need ${list(names)}. Install ${missing.join(' and ')} so that the programs are on the ` +
    `PATH, or set ${list(variables)} to running servers (the user must be allowed to create databases; ` +
    'what is in them may be lost).'
}

function findPostgres() {
  const folders = existsSync(versioned)
    ? readdirSync(versioned).sort((a, b) => Number(b) - Number(a))
      .map(version => path.join(versioned, version, 'bin'))
    : []
  // Both from one folder: initdb and postgres must be of one version.
  const folder = [...folders, ...searchPath()].find(place =>
    isExecutable(path.join(place, 'initdb')) && isExecutable(path.join(place, 'postgres')))
  if (folder === undefined) return {}
  return { initdb: path.join(folder, 'initdb'), postgres: path.join(folder, 'postgres') }
}

function findUser() {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run ' +
    'it as: run the tests as an ordinary user, or set TEST_DATABASE_URL')
}
