import { VerifierError } from '../../errors.ts'
import { isRecord } from '../../strict-json.ts'
import type { RevocableToken } from '../revocation-checker.ts'

/** Where a token's status stands (draft-ietf-oauth-status-list §6.2). */
export interface StatusReference {
  idx: number
  uri: string
}

/**
 * Undefined for a token that names no list. Throws `token_invalid` for one that names it wrongly, or names a list of somebody
 * else's: whatever the token says, only the issuer's own lists are ever fetched. Nor may it name the list of another key than the
 * one that signed it: whoever has stolen a key would name that of its successor, in which all is well.
 */
export function readStatusReference({ kid, claims: { status } }: RevocableToken, issuer: string): StatusReference | undefined {
  if (status === undefined) return undefined
  const list = isRecord(status) ? status['status_list'] : undefined
  if (!isRecord(list)) throw new VerifierError('token_invalid', 'The token has a status that names no status list.')
  const { idx, uri } = list
  if (!Number.isSafeInteger(idx) || (idx as number) < 0 || typeof uri !== 'string') {
    throw new VerifierError('token_invalid', 'The token\'s place in the status list is none.')
  }
  const name = readName(uri, issuer)
  if (name === undefined) throw new VerifierError('token_invalid', 'The token names a status list that is not its issuer\'s.')
  if (name.kid !== kid) throw new VerifierError('token_invalid', 'The token names the status list of another key than its own.')
  return { idx: idx as number, uri }
}

/** One spelling alone: another one of the same list would be fetched and kept once more. */
function readName(uri: string, issuer: string): { kid: string } | undefined {
  const prefix = `${issuer}/status-lists/`
  const found = uri.startsWith(prefix) ? /^(?:0|[1-9]\d{0,9})\.([A-Za-z0-9_-]{1,64})$/.exec(uri.slice(prefix.length)) : null
  return found === null ? undefined : { kid: found[1]! }
}
