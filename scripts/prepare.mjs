// What must be true before anything of this project runs: a Node that is new enough, the dependencies of
// package-lock.json, and a build of the sources as they are. Written for any Node, so that an old one gets
// the sentence below and not a syntax error; without dependencies, since there may be none yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.mjs'

const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const sources = [
  'src', 'prisma', 'prisma.config.ts', 'scripts/prisma-generate.mjs', 'tsconfig.json', 'tsconfig.build.json',
  'package.json', 'package-lock.json'
]
const generated = path.join('src', 'generated')
const stampFile = path.join('dist', '.sources')

/** What is wrong with this Node, or undefined. */
export function findNodeFault(version) {
  const [major, minor] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return undefined
  return `Countersign needs Node 20.19 or newer; this is Node ${version}. Install a newer one from ` +
    'https://nodejs.org and run the command again.'
}

/** Compares package-lock.json with npm's own record of what it has put into node_modules. */
export function needsInstall(root) {
  const record = path.join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return true
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  const installed = readPackages(record)
  return Object.keys(wanted).some(name => {
    // The entry '' is the project itself; an optional package may be for another platform.
    if (name === '' || (installed[name] === undefined && wanted[name].optional)) return false
    return installed[name] === undefined || describe(installed[name]) !== describe(wanted[name])
  })
}

/** @param digest what digestSources answers now */
export function needsBuild(root, digest) {
  const stamp = path.join(root, stampFile)
  if (!existsSync(stamp) || !existsSync(path.join(root, generated))) return true
  return readFileSync(stamp, 'utf8') !== digest
}

/** SHA-256 over the names and bytes of all that a build reads. */
export function digestSources(root) {
  const hash = createHash('sha256')
  for (const source of sources) addToDigest(hash, root, source)
  return hash.digest('hex')
}

/**
 * Installs and builds where that is needed, and says so in one line each. Two processes at once take turns;
 * the build appears under its name only when it is complete, so that a running service never loads half of
 * one.
 * @throws Error with the output of the step that failed
 */
export async function prepare({ root = projectRoot, say = console.error, run = runNpm } = {}) {
  const fault = findNodeFault(process.versions.node)
  if (fault) throw new Error(fault)
  if (!needsInstall(root) && !needsBuild(root, digestSources(root))) return
  await withLock(path.join(root, '.prepare.lock'), say, () => {
    if (needsInstall(root)) install({ root, say, run })
    const digest = digestSources(root)
    if (needsBuild(root, digest)) build({ root, say, run, digest })
  })
}

/** Says the one sentence of an Error and ends the process; for the scripts' last line of defence. */
export function stopWith(error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

function install({ root, say, run }) {
  say('Installing dependencies (npm ci), once…')
  // NODE_ENV=production would leave out the compiler.
  run(['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], root)
}

function build({ root, say, run, digest }) {
  say('Building…')
  const fresh = path.join(root, 'dist.new')
  const former = path.join(root, 'dist.old')
  const dist = path.join(root, 'dist')
  for (const folder of [fresh, former]) rmSync(folder, { recursive: true, force: true })
  try {
    run(['run', 'build', '--', '--outDir', 'dist.new'], root)
    writeFileSync(path.join(fresh, path.basename(stampFile)), digest)
    if (existsSync(dist)) renameSync(dist, former)
    renameSync(fresh, dist)
  } finally {
    for (const folder of [fresh, former]) rmSync(folder, { recursive: true, force: true })
  }
}

/** @throws Error with all that npm has printed, when it fails */
export function runNpm(args, cwd) {
  // Under `npm start`, npm says where it is itself; otherwise the one on the PATH.
  const own = process.env.npm_execpath
  const byNode = own !== undefined && /npm-cli\.c?js$/.test(own)
  const shell = !byNode && process.platform === 'win32'
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell }
  const { status, error, stdout, stderr } = byNode
    ? spawnSync(process.execPath, [own, ...args], options)
    : spawnSync('npm', args, options)
  if (error) throw new Error(`npm cannot be started (${error.message}): install npm 9 or newer and try again`)
  if (status !== 0) throw new Error(`"npm ${args.join(' ')}" failed:\n${stdout}${stderr}`)
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

function describe({ version, integrity }) {
  return `${version} ${integrity}`
}

function addToDigest(hash, root, name) {
  if (name === generated) return
  const file = path.join(root, name)
  const children = listFolder(file)
  if (children !== undefined) {
    for (const child of children.sort()) addToDigest(hash, root, path.join(name, child))
  } else if (existsSync(file)) {
    const bytes = readFileSync(file)
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
}

function listFolder(name) {
  try {
    return readdirSync(name)
  } catch (error) {
    if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return undefined
    throw error
  }
}
