// Where the programs of PostgreSQL and Redis are; on a Debian machine, as root, installs the ones that are
// missing.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const versioned = '/usr/lib/postgresql'
const startPolicy = '/usr/sbin/policy-rc.d'

/**
 * @returns { initdb, postgres, redis, postgresUser }: paths of what was asked for, and the identity that
 * PostgreSQL needs when this process is root, which it refuses
 * @throws Error that says what is missing and what to do
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
  if (missing.length > 0) throw new Error(explain(missing))
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

function findOnPath(name) {
  return searchPath().map(folder => path.join(folder, name)).find(isExecutable)
}

function searchPath() {
  return (process.env.PATH ?? '').split(path.delimiter).filter(folder => folder !== '')
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && findOnPath('apt-get') !== undefined
}

function install(packages, say) {
  say(`Installing ${packages.join(' and ')} (apt-get), once…`)
  // Only the programs are wanted: without this policy Debian would start servers of its own beside ours.
  const keepsQuiet = !existsSync(startPolicy)
  if (keepsQuiet) writeFileSync(startPolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      const options = { env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
      const { status, stderr } = spawnSync('apt-get', args, options)
      if (status !== 0) say(`"apt-get ${args.join(' ')}" failed:\n${stderr}`)
    }
  } finally {
    if (keepsQuiet) rmSync(startPolicy)
  }
}

function findUser() {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }))
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run ' +
    'it as: run the tests as an ordinary user, or set TEST_DATABASE_URL')
}
