import { isAlgorithmName, type AlgorithmName } from './algorithms.ts'
import { VerifierError } from './errors.ts'

/** The protected header of a JWS, as far as it may say anything. */
export interface TokenHeader {
  typ: string
  alg: AlgorithmName
}

/**
 * What would bring a key along or say where one is, which nobody but the issuer does (RFC 8725 §3.10); what needs to be
 * understood and is not (RFC 7515 §4.1.11, RFC 7797); what belongs to encryption, compression or nesting.
 */
const refused = [
  'jwk', 'jku', 'x5c', 'x5u', 'crit', 'b64', 'zip', 'cty', 'enc', 'epk', 'apu', 'apv', 'iv', 'tag', 'p2c', 'p2s'
]

export interface HeaderRules {
  /** The media type without `application/`, in lower case. */
  typ: string
  algorithms: readonly AlgorithmName[]
  /** Of the members that are refused otherwise. */
  mayHave?: string
}

/** @throws VerifierError token_invalid */
export function readHeader(header: Record<string, unknown>, { typ, algorithms, mayHave }: HeaderRules): TokenHeader {
  for (const name of refused) {
    if (name !== mayHave && Object.hasOwn(header, name)) {
      throw new VerifierError('token_invalid', `The header has a member ${name}, which is never accepted.`)
    }
  }
  // RFC 9068 §4, RFC 8725 §3.11: no token of another kind, nor one that does not say its kind.
  if (typeof header['typ'] !== 'string' || shortenMediaType(header['typ']) !== typ) {
    throw new VerifierError('token_invalid', `The header's typ is not ${typ}.`)
  }
  const { alg } = header
  if (!isAlgorithmName(alg) || !algorithms.includes(alg)) {
    throw new VerifierError('token_invalid', `The header's alg is none of ${algorithms.join(', ')}.`)
  }
  return { typ: header['typ'], alg }
}

/** RFC 7515 §4.1.9: case does not matter, and `application/` may be left out. */
function shortenMediaType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
