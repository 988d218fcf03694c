// Looking for programs, and installing Debian's packages of those that are missing.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const startPolicy = '/usr/sbin/policy-rc.d'

/** @returns the path of a program, or undefined */
export function findOnPath(name) {
  return searchPath().map(folder => path.join(folder, name)).find(isExecutable)
}

export function searchPath() {
  return (process.env.PATH ?? '').split(path.delimiter).filter(folder => folder !== '')
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** On a Debian machine, as root. */
export function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && findOnPath('apt-get') !== undefined
}

/** Says what goes wrong and goes on: whoever looks for the programs afterwards says what is missing. */
export function install(packages, say) {
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
