import { CountersignError } from '../../protocol/errors.ts'
import type { LookupAnswer, LookupClaims } from '../../revocation/lookup.ts'
import type { HttpRooms } from '../rooms.ts'

/** The batch lookup: up to 1,000 tokens, or the claims of as many, answered in order. */

export interface LookupBody {
  tokens?: string[]
  claims?: Array<LookupClaims & { kid: string; iat: number }>
}

/** `results` in the order of the question; `seq` is the journal sequence that they stand for. */
export interface LookupResponse {
  seq: number
  results: LookupAnswer[]
}

export async function readLookup(body: LookupBody, { check, lookup }: HttpRooms): Promise<LookupResponse> {
  const { tokens, claims } = body
  if ((tokens === undefined) === (claims === undefined)) {
    throw new CountersignError('invalid_request', {
      reason: 'lookup/tokens-or-claims', sentence: 'Send either tokens or claims, a list of at most 1,000.'
    })
  }
  if (tokens !== undefined) {
    const checked = await check(tokens)
    return { seq: checked.seq, results: checked.tokens.map(token => token.revocation) }
  }
  const { seq, answers } = await lookup.check(claims!)
  return { seq, results: answers }
}
