import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Random } from '../ports/random.ts'

/**
 * The token that opens the admin API: from the configuration, or from a file beside the keys that is made on
 * first use and that the command line reads too. Whoever can read it can do everything.
 */
export interface AdminTokenPlace {
  adminToken: string | undefined
  keysDir: string
}

const prefix = 'cs_admin_'

export const adminTokenFile = ({ keysDir }: AdminTokenPlace): string => path.join(keysDir, 'admin-token')

export function makeAdminToken(random: Random): string {
  return prefix + random.bytes(32).toString('base64url')
}

/** The token, made when there is none. @throws Error with a sentence for the operator */
export function loadAdminToken(place: AdminTokenPlace, random: Random): string {
  return findAdminToken(place) ?? create(place, random)
}

/** Undefined when there is none yet. @throws Error with a sentence for the operator */
export function findAdminToken(place: AdminTokenPlace): string | undefined {
  if (place.adminToken !== undefined) return place.adminToken
  const file = adminTokenFile(place)
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`The admin token ${file} cannot be read (${codeOf(error)}): run as the user who owns it, or set ` +
      'ADMIN_TOKEN_FILE to a file that can be read.', { cause: error })
  }
  if (token.length < 32) {
    throw new Error(`The admin token in ${file} is shorter than 32 characters: delete the file, and a new one is made.`)
  }
  return token
}

/**
 * Linking is atomic: of two processes that start together one makes the token, and neither reads half a file.
 */
function create(place: AdminTokenPlace, random: Random): string {
  const file = adminTokenFile(place)
  const draft = `${file}.${random.bytes(6).toString('hex')}`
  try {
    mkdirSync(place.keysDir, { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${makeAdminToken(random)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    throw new Error(`There is no admin token at ${file}, and none can be made there (${codeOf(error)}). Set ` +
      'ADMIN_TOKEN_FILE to a file that holds at least 32 random characters ("openssl rand -hex 32" makes them).',
    { cause: error })
  }
  try {
    linkSync(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return findAdminToken(place)!
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown'
