import { errorTable, type ErrorCode } from '../../src/protocol/errors.ts'

/**
 * What is wrong with a refusal in JSON, by the error table alone and not by the code that projects it: status, members,
 * characters, and every header that a client decides by.
 */

export type Headers = Record<string, number | string | string[] | undefined>

export interface Refusal {
  method: string
  /** Without the query. */
  path: string
  face: 'oauth' | 'api'
  /** Whether the request had an `Authorization` header. */
  hasCredentials: boolean
  status: number
  headers: Headers
  body: string
}

interface Row {
  name: ErrorCode
  status: number
  /** What the face calls the error: the member `error` of OAuth, the member `code` of our own API. */
  word: string
  sentence: string
}

const rowsOf = (face: Refusal['face']): Row[] => Object.entries(errorTable).map(([name, row]) => ({
  name: name as ErrorCode,
  status: face === 'api' && 'apiStatus' in row ? row.apiStatus : row.status,
  word: face === 'api' ? row.code : row.oauth,
  sentence: row.sentence
}))

const rows = { oauth: rowsOf('oauth'), api: rowsOf('api') }

/** RFC 6749 §5.2 for `error_description`; our own API may quote what an operator wrote, but nothing that controls. */
const characters = { oauth: /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/, api: /^[^\p{C}]+$/u }

const bare = 'Bearer realm="countersign"'
const basic = 'Basic realm="countersign", charset="UTF-8"'
const required: Headers = {
  'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache', 'x-content-type-options': 'nosniff',
  location: undefined
}

export function judgeRefusal(refusal: Refusal): string[] {
  const { face, status, headers, body, method } = refusal
  const faults = Object.entries(required).filter(([name, value]) => headers[name] !== value)
    .map(([name]) => `${name}: ${String(headers[name])}`)
  // No body by which to tell which row it was.
  if (method === 'HEAD') return faults
  const told = readBody(face, body)
  if (told === undefined) return [...faults, 'the members are not those of a refusal, in their order and no others']
  const { word, sentence } = told
  if (!characters[face].test(sentence)) faults.push('characters that no sentence may have')
  const named = rows[face].filter(row => row.word === word && row.status === status)
  if (named.length === 0) faults.push('no row of the table has this word with this status')
  const exact = named.filter(row => row.sentence === sentence)
  const possible = exact.length > 0 ? exact : named
  if (named.length > 0 && !possible.some(({ name }) => isChallenge(name, sentence, refusal))) {
    faults.push(`www-authenticate: ${String(headers['www-authenticate'])}`)
  }
  if (status === 405 && !headers['allow']) faults.push('no word of what is allowed')
  if ([429, 503].includes(status) && !/^[1-9]\d*$/.test(String(headers['retry-after']))) faults.push(`retry-after: ${String(headers['retry-after'])}`)
  return faults
}

/** The word and the sentence, of a body that holds these two and is written as JSON.stringify writes it. */
function readBody(face: Refusal['face'], body: string): { word: string; sentence: string } | undefined {
  const further = face === 'api' ? 'code' : 'error_description'
  const { error, [further]: second } = parse(body)
  if (typeof error !== 'string' || typeof second !== 'string') return undefined
  if (JSON.stringify({ error, [further]: second }) !== body) return undefined
  return face === 'api' ? { word: second, sentence: error } : { word: error, sentence: second }
}

function parse(body: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(body) as object }
  } catch {
    return {}
  }
}

/** RFC 6749 §5.2 and RFC 6750 §3: who is asked for what, and nobody else. */
function isChallenge(name: ErrorCode, sentence: string, { status, headers, hasCredentials, path }: Refusal): boolean {
  const challenge = headers['www-authenticate']
  const { oauth } = errorTable[name]
  if (name === 'invalid_client') return challenge === (hasCredentials ? basic : undefined)
  if (name === 'insufficient_scope') return /^Bearer realm="countersign", error="insufficient_scope", scope="[a-z:]+"$/.test(String(challenge))
  if (name === 'invalid_request' && path.endsWith('/oauth/userinfo')) return [undefined, `${bare}, error="invalid_request"`].includes(challenge as string)
  if (status !== 401 && status !== 403) return challenge === undefined
  if (name === 'token_missing' || oauth !== 'invalid_token') return challenge === bare
  return challenge === `${bare}, error="${oauth}", error_description="${sentence}"`
}
