import { CountersignError } from './errors.ts'

/**
 * Form-encoded parameters, read strictly (RFC 6749 §3.2, checklist of OAuth 2.1 §3.2): every name at most once, valid
 * percent-encoding and UTF-8, no NUL. An empty value counts as absent. `resource` alone may repeat (RFC 8707 §2); a space
 * joins its values, since a URI holds none.
 */
export type Params = ReadonlyMap<string, string>

const brokenEscape = /%(?![0-9A-Fa-f]{2})/

/** Decodes one form-encoded name or value; throws `invalid_request` where the bytes are not what they claim to be. */
export function decodeFormComponent(text: string): string {
  if (brokenEscape.test(text)) throw malformed('broken-percent-encoding')
  let decoded: string
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw malformed('invalid-utf-8')
  }
  if (decoded.includes('\0')) throw malformed('nul-character')
  return decoded
}

export function parseForm(body: string): Params {
  const params = new Map<string, string>()
  const seen = new Set<string>()
  for (const pair of body.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodeFormComponent(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decodeFormComponent(pair.slice(equals + 1))
    if (seen.has(name) && name !== 'resource') {
      throw malformed('duplicate-parameter', 'A parameter appears more than once.')
    }
    seen.add(name)
    if (value !== '') params.set(name, params.has(name) ? `${params.get(name)} ${value}` : value)
  }
  return params
}

/** The parameter's value; throws `invalid_request` naming the parameter when it is absent. */
export function requireParam(params: Params, name: string): string {
  const value = params.get(name)
  if (value === undefined) throw malformed('missing-parameter', `The parameter ${name} is missing.`)
  return value
}

function malformed(rule: string, sentence?: string): CountersignError {
  return new CountersignError('invalid_request', { reason: `params/${rule}`, ...(sentence && { sentence }) })
}
