import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Clock } from '../ports/clock.ts'
import { clockSkew } from '../protocol/limits.ts'
import { sha256Text } from '../protocol/sha256.ts'
import { statusListUri, type StatusListName } from '../protocol/status-list.ts'
import type { SignJwt } from './sign-jwt.ts'

/** A Status List Token (draft-ietf-oauth-status-list §5.1), ready to be sent. */
export interface StatusListToken {
  jwt: string
  /** The same, compressed. */
  gzipped: Buffer
  /** Of its content, without quotes. */
  version: string
}

/** Takes the statuses of a list, one bit each, as they stand in its `lst`. */
export type SignStatusList = (name: StatusListName, lst: string) => Promise<StatusListToken>

export interface SignStatusListOptions {
  signJwt: SignJwt
  clock: Clock
  issuer: string
  /** Seconds. */
  ttl: number
}

const wrap = promisify(gzip) as (text: string, options: object) => Promise<Buffer>

export function createSignStatusList({ signJwt, clock, issuer, ttl }: SignStatusListOptions): SignStatusList {
  // It is served for one ttl, may lie in a cache between for another, and in the one who reads it for a third.
  const lifetime = 3 * ttl + clockSkew
  return async (name, lst) => {
    const iat = Math.floor(clock.now() / 1000)
    const claims = { iss: issuer, sub: statusListUri(issuer, name), iat, exp: iat + lifetime, ttl, status_list: { bits: 1, lst } }
    const jwt = await signJwt('statuslist+jwt', claims)
    const version = sha256Text(jwt).slice(0, 22)
    return { jwt, gzipped: await wrap(jwt, { level: constants.Z_BEST_COMPRESSION }), version }
  }
}
