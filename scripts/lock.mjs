// A lock between processes of one machine: a file that names its owner. It appears whole (a hard link, so
// that nobody reads it half written), and one whose owner is gone is taken over, so that a killed start
// blocks nobody.
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

const pause = 100
// In a container the next process may bear the number of the one that was killed; no installation takes this
// long.
const longestHold = 15 * 60_000

/** Runs `act` while this process alone holds `file`; waits for another holder as long as it lives. */
export async function withLock(file, say, act) {
  for (let waited = false; !take(file); waited = true) {
    if (!waited) say(`Waiting for process ${readOwner(file) ?? '?'}, which is installing or building here…`)
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  try {
    return await act()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file) {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    removeAbandoned(file)
    return false
  } finally {
    rmSync(mine, { force: true })
  }
}

function removeAbandoned(file) {
  const owner = readOwner(file)
  if (owner === undefined || (isAlive(owner) && !isOld(file))) return
  // Renaming comes first: of several processes that see the same dead owner, one moves the file away.
  const aside = `${file}.${process.pid}.abandoned`
  try {
    renameSync(file, aside)
    // Another process has been quicker and this is its fresh lock: it goes back, unless a third has one by
    // now.
    if (readOwner(aside) !== owner) linkSync(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  }
  rmSync(aside, { force: true })
}

function readOwner(file) {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function isOld(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > longestHold
}
