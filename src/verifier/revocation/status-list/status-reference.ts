import { VerifierError } from '../../errors.ts'
import { isRecord } from '../../strict-json.ts'

/** Where a token's status stands (draft-ietf-oauth-status-list §6.2). */
export interface StatusReference {
  idx: number
  uri: string
}

/**
 * Undefined for a token that names no list. Throws `token_invalid` for one that names it wrongly, or names a list of somebody
 * else's: whatever the token says, only the issuer's own lists are ever fetched.
 */
export function readStatusReference(status: unknown, issuer: string): StatusReference | undefined {
  if (status === undefined) return undefined
  const list = isRecord(status) ? status['status_list'] : undefined
  if (!isRecord(list)) throw new VerifierError('token_invalid', 'The token has a status that names no status list.')
  const { idx, uri } = list
  if (!Number.isSafeInteger(idx) || (idx as number) < 0 || typeof uri !== 'string') {
    throw new VerifierError('token_invalid', 'The token\'s place in the status list is none.')
  }
  if (!isListOf(issuer, uri)) throw new VerifierError('token_invalid', 'The token names a status list that is not its issuer\'s.')
  return { idx: idx as number, uri }
}

/** One spelling alone: another one of the same list would be fetched and kept once more. */
function isListOf(issuer: string, uri: string): boolean {
  const prefix = `${issuer}/status-lists/`
  return uri.startsWith(prefix) && /^[A-Za-z0-9_-]{1,64}$/.test(uri.slice(prefix.length))
}
