import { VerifierError } from '../errors.ts'

/** Reading the one token of a request (RFC 6750 §2, RFC 9449 §7.1). What stands in its URL is never looked at. */
export interface Credentials {
  scheme: 'Bearer' | 'DPoP'
  token: string
}

interface CredentialSource {
  headerLines(name: string): readonly string[]
  formToken?: unknown
}

interface ReadingRules {
  dpopAlgorithms: readonly string[] | undefined
}

const schemes = { bearer: 'Bearer', dpop: 'DPoP' } as const

/** b64token of RFC 6750 §2.1, which DPoP shares. */
const tokenShape = /^[\w.~+/-]+=*$/

/** @throws VerifierError `token_missing`, `token_malformed`, `request_invalid` */
export function readCredentials(request: CredentialSource, { dpopAlgorithms }: ReadingRules): Credentials {
  const header = readHeader(request.headerLines('authorization'), dpopAlgorithms !== undefined)
  const { formToken } = request
  if (formToken !== undefined && (header !== undefined || typeof formToken !== 'string')) throw repeated()
  const found = header ?? (formToken === undefined ? undefined : { scheme: 'Bearer' as const, token: formToken })
  if (found === undefined) throw new VerifierError('token_missing', 'The request has no access token')
  if (!tokenShape.test(found.token)) throw new VerifierError('token_malformed', 'What stands in place of the access token is none')
  return found
}

function readHeader(lines: readonly string[], takesDpop: boolean): Credentials | undefined {
  if (lines.length > 1) throw repeated()
  const [line = ''] = lines
  // Some runtimes join repeated headers with commas, which no token has.
  if (/, *(bearer|dpop)( |$)/i.test(line)) throw repeated()
  // Ours came first, and credentials of any other scheme after it.
  if (/^(bearer|dpop) [^,]*, *[\w!#$%&'*+.^`|~-]+ +\S/i.test(line)) throw repeated()
  const name = /^(bearer|dpop)(?=\s|$)/i.exec(line)?.[1]?.toLowerCase() as keyof typeof schemes | undefined
  if (name === undefined || (name === 'dpop' && !takesDpop)) return undefined
  return { scheme: schemes[name], token: line.slice(name.length).trim() }
}

const repeated = () => new VerifierError('request_invalid', 'The request has more than one access token')
