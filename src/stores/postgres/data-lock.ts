import { randomBytes } from 'node:crypto'
import {
  closeSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, unlinkSync
} from 'node:fs'
import net from 'node:net'
import path from 'node:path'

/**
 * One process owns a data folder. The lock is a Unix socket bound inside it, so that it dies with its process
 * however that ends; whoever connects is told who the owner is. A file with a process id in it would be
 * fooled by containers, where every service is process 1.
 *
 * Each process binds a socket of its own name, then links it to the lock's name: linking is atomic and fails
 * when the name is taken. A stale lock is renamed away before it is judged; if it turns out to be alive it is
 * put back.
 */

const lockName = 'owner.sock'
const ownName = /^owner-[0-9a-f]{12}\.sock$/
/** sun_path holds 108 bytes on Linux and 104 on macOS, the final zero included. */
const longestSocketPath = 103
const answerTimeout = 1000

/**
 * Another process owns the data folder. `greeting` is what it says of itself; undefined when it does not
 * answer.
 */
export class DataFolderInUse extends Error {
  readonly greeting: Record<string, unknown> | undefined

  constructor(dataDir: string, greeting: Record<string, unknown> | undefined) {
    const pid = greeting?.['pid']
    super(`The data folder ${dataDir} is in use${typeof pid === 'number' ? ` by process ${pid}` : ''}: ` +
      'stop that process, or set DATA_DIR to another folder')
    this.name = 'DataFolderInUse'
    this.greeting = greeting
  }
}

export interface DataLock {
  /** Call it once what the lock protects is closed. */
  release(): Promise<void>
}

interface Folder {
  dataDir: string
  at(name: string): string
  close(): void
}

/** @throws DataFolderInUse */
export async function lockDataFolder(dataDir: string, greeting: () => object): Promise<DataLock> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const folder = openFolder(dataDir)
  const name = `owner-${randomBytes(6).toString('hex')}.sock`
  const server = net.createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.end(JSON.stringify(greeting()))
  })
  await listen(server, folder.at(name))
  try {
    await takeLock(folder, name)
  } catch (error) {
    await close(server, folder)
    throw error
  }
  return {
    async release() {
      if (isSameSocket(folder, name)) unlinkSync(folder.at(lockName))
      await close(server, folder)
    }
  }
}

/** What the owner of a data folder says of itself; undefined when it has no owner. */
export async function askOwner(dataDir: string): Promise<Record<string, unknown> | undefined> {
  let folder: Folder
  try {
    folder = openFolder(dataDir)
  } catch {
    return undefined
  }
  try {
    return (await ask(folder.at(lockName))).greeting
  } finally {
    folder.close()
  }
}

async function takeLock(folder: Folder, name: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (linkIfFree(folder, name)) return confirmAlone(folder, name)
    const owner = await ask(folder.at(lockName))
    if (owner.alive) throw new DataFolderInUse(folder.dataDir, owner.greeting)
    await removeStale(folder)
  }
  throw new DataFolderInUse(folder.dataDir, undefined)
}

/**
 * Between the first look and the rename another process may have taken over: its lock goes back where it was.
 */
async function removeStale(folder: Folder): Promise<void> {
  const aside = folder.at(`stale-${randomBytes(6).toString('hex')}.sock`)
  try {
    renameSync(folder.at(lockName), aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const owner = await ask(aside)
  try {
    if (owner.alive) linkSync(aside, folder.at(lockName))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  unlinkSync(aside)
  if (owner.alive) throw new DataFolderInUse(folder.dataDir, owner.greeting)
}

/**
 * While a living lock was renamed away, a third process could link its own. So a new owner looks for any
 * other living socket before it believes itself alone, and clears away the dead ones. Two that start together
 * may both give way: the caller hears that the folder is in use, which is the safe mistake.
 */
async function confirmAlone(folder: Folder, name: string): Promise<void> {
  for (const other of readdirSync(folder.dataDir)) {
    if (!ownName.test(other) || other === name) continue
    const { alive, greeting } = await ask(folder.at(other))
    if (alive) {
      if (isSameSocket(folder, name)) unlinkSync(folder.at(lockName))
      throw new DataFolderInUse(folder.dataDir, greeting)
    }
    removeIfThere(folder.at(other))
  }
}

function linkIfFree(folder: Folder, name: string): boolean {
  try {
    linkSync(folder.at(name), folder.at(lockName))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function isSameSocket(folder: Folder, name: string): boolean {
  try {
    return lstatSync(folder.at(lockName)).ino === lstatSync(folder.at(name)).ino
  } catch {
    return false
  }
}

/** Only a refused connection proves that nobody listens: a busy or stopped owner is still an owner. */
async function ask(socketPath: string): Promise<{ alive: boolean; greeting?: Record<string, unknown> }> {
  return new Promise(resolve => {
    const socket = net.connect(socketPath)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(answerTimeout, () => socket.destroy())
    socket.on('data', (part: string) => { text += part })
    socket.on('error', error => {
      resolve({ alive: !['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)) })
    })
    socket.on('close', () => {
      const greeting = parseGreeting(text)
      resolve(greeting === undefined ? { alive: true } : { alive: true, greeting })
    })
  })
}

function parseGreeting(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/**
 * Where a path would be too long for a socket's address, Linux reaches the folder through an open descriptor.
 */
function openFolder(dataDir: string): Folder {
  const longest = path.join(path.resolve(dataDir), `owner-${'0'.repeat(12)}.sock`)
  const descriptor = openSync(dataDir, 'r')
  const short = Buffer.byteLength(longest) <= longestSocketPath
  if (!short && process.platform !== 'linux') {
    closeSync(descriptor)
    throw new Error(`The path of the data folder ${dataDir} is too long: set DATA_DIR to a shorter one`)
  }
  const base = short ? path.resolve(dataDir) : `/proc/self/fd/${descriptor}`
  return { dataDir, at: name => path.join(base, name), close: () => closeSync(descriptor) }
}

function listen(server: net.Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, () => {
      server.unref()
      resolve()
    })
  })
}

/** Closing unlinks the socket by its path, so the descriptor in that path is closed last. */
function close(server: net.Server, folder: Folder): Promise<void> {
  return new Promise(resolve => {
    server.close(() => {
      folder.close()
      resolve()
    })
  })
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
