import type { AccessTokenClaims } from './claims.ts'
import { clientOriginOfJti, clientTagOf, grantIdOfJti, numberOfJti } from './identifiers.ts'

/** Is this token dead? Pure: the live entries are looked up through a function. */

/** What the rule needs of a token; members that are absent are not checked, so a caller resolves them first. */
export type RevocableClaims = Pick<AccessTokenClaims, 'jti'> &
  Partial<Pick<AccessTokenClaims, 'iat' | 'sub' | 'sid' | 'grant_id' | 'client_id'>> & { kid: string | undefined }

/** One live entry, as the rule sees it. */
export interface LiveEntry {
  seq: number
  /** Absent: everything under the value is dead. Otherwise what has a smaller number. */
  cutoff: number | undefined
  /** Milliseconds since 1970. */
  since: number
}

/** One thing that can be revoked: which of a token's claims names it. */
export interface RevocationTarget {
  kind: string
  /** The value under which an entry for this token would stand; undefined when the token has none. */
  valueOf(claims: RevocableClaims): string | undefined
}

export interface RevocationHit {
  target: string
  entry: LiveEntry
}

/** The first entry that covers the token, in the order of the list, or undefined. */
export function findRevocation(
  claims: RevocableClaims,
  targets: readonly RevocationTarget[],
  entryOf: (kind: string, value: string) => LiveEntry | undefined
): RevocationHit | undefined {
  for (const target of targets) {
    const value = target.valueOf(claims)
    const entry = value === undefined ? undefined : entryOf(target.kind, value)
    if (entry !== undefined && covers(entry, claims.jti)) return { target: target.kind, entry }
  }
  return undefined
}

function covers(entry: LiveEntry, jti: string): boolean {
  if (entry.cutoff === undefined) return true
  // A jti without a number is none of ours: nothing speaks for it.
  const number = numberOfJti(jti)
  return number === undefined || number < entry.cutoff
}

/** Whether the claims agree with the `jti` that Countersign made: its grant, and the shape of the identifier. */
export function isConsistent(claims: Pick<RevocableClaims, 'jti' | 'grant_id' | 'client_id'>): boolean {
  const { jti, grant_id: claimed, client_id: clientId } = claims
  const grantId = grantIdOfJti(jti)
  if (grantId !== undefined) return claimed === undefined || claimed === grantId
  const origin = clientOriginOfJti(jti)
  if (origin === undefined || claimed !== undefined) return false
  return clientId === undefined || clientTagOf(clientId) === origin.clientTag
}
