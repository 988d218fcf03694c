/**
 * The parameters of an authorization request, read so that one that is broken spoils nothing but itself: whether a
 * client may be told of a fault is known only after its id and its redirect URI have been read.
 */
export interface AuthorizationParams {
  /** Well-formed and present once. An empty value counts as absent (RFC 6749 §3.1). */
  get(name: string): string | undefined
  /** Every value, for the one parameter that may repeat (RFC 8707 §2). */
  all(name: string): readonly string[]
  /** Names that came more than once, or with a value that is no percent-encoded UTF-8. */
  readonly faulty: ReadonlySet<string>
}

const repeatable = ['resource']

/** @param texts form-encoded: the query and, for POST, the body */
export function readAuthorizationParams(...texts: string[]): AuthorizationParams {
  const values = new Map<string, string[]>()
  const seen = new Set<string>()
  const faulty = new Set<string>()
  for (const pair of texts.join('&').split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals)) ?? ''
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1))
    const isRepeated = seen.has(name) && !repeatable.includes(name)
    if (value === undefined || isRepeated || (value.includes('\0') && name !== 'state')) faulty.add(name)
    seen.add(name)
    if (!value) continue
    // Added to in place: a list that is copied for each value would make one long request expensive.
    const held = values.get(name)
    if (held === undefined) values.set(name, [value])
    else held.push(value)
  }
  return {
    get: name => faulty.has(name) ? undefined : values.get(name)?.[0],
    all: name => faulty.has(name) ? [] : values.get(name) ?? [],
    faulty
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
