import { authorizationErrors } from '../../src/protocol/authorization-errors.ts'

/** What is wrong with the way back to a client: the whole of `Location`, rebuilt from what was asked. */

export interface Asked {
  /** As it must come back; undefined when there was none, or none that can be told from another. */
  state: string | undefined
  /** Undefined when the request did not name it. */
  redirectUri: string | undefined
  mode: 'query' | 'form_post'
}

/** An error as `Location` has to tell it (RFC 6749 §4.1.2.1, RFC 9207). */
export interface TaleOfError {
  error: string
  sentence?: string
  state: string | undefined
  issuer: string
  redirectUri: string
}

/** The order of our answers, each value encoded whole. */
export function errorLocation({ error, sentence, state, issuer, redirectUri }: TaleOfError): string {
  const description = sentence ?? authorizationErrors[error as keyof typeof authorizationErrors]
  return locationOf(redirectUri, Object.entries({ error, error_description: description, state, iss: issuer }))
}

/** An undefined value leaves its parameter out. */
export function locationOf(redirectUri: string, params: Array<[name: string, value: string | undefined]>): string {
  return redirectUri.replace(/[?&]$/, '') + (redirectUri.includes('?') ? '&' : '?') + pairs(params)
}

const pairs = (params: Array<[string, string | undefined]>): string => params
  .filter((each): each is [string, string] => each[1] !== undefined)
  .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')

const shape = /^([^#]*?)[?&](code=csac_[\w-]{43}|error=[a-z_]+&error_description=[^&#]+)((?:&state=[^&#]*)?)&iss=([^&#]+)$/

export function judgeRedirect(location: string, issuer: string, asked: Asked): string[] {
  const [, redirectUri, outcome, , iss] = shape.exec(location) ?? []
  if (redirectUri === undefined) return ['not a code or an error, a state and the issuer, in this order']
  const faults: string[] = []
  if (asked.redirectUri !== undefined && asked.redirectUri.replace(/[?&]$/, '') !== redirectUri) faults.push('not where it was asked for')
  if (iss !== encodeURIComponent(issuer)) faults.push('another issuer')
  if (outcome!.startsWith('code=')) {
    const expected = `${outcome}&${pairs(Object.entries({ state: asked.state, iss: issuer }))}`
    return location.slice(redirectUri.length + 1) === expected ? faults : [...faults, `not ${expected}`]
  }
  const [error, sentence] = [...new URLSearchParams(outcome).values()] as [string, string]
  const constant = (authorizationErrors as Record<string, string>)[error]
  if (constant === undefined) faults.push('an error that is not in the table')
  // Of a malformed request the client is told more than that.
  if (sentence !== constant && error !== 'invalid_request') faults.push('not the sentence of the table')
  if (!/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/.test(sentence)) faults.push('characters that no sentence may have')
  const expected = errorLocation({ error, sentence, state: asked.state, issuer, redirectUri })
  return location === expected ? faults : [...faults, `not ${expected}`]
}
