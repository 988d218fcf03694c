/**
 * JSON as a security boundary reads it (RFC 8725bis §3.8): no member twice, of which two readers would take different
 * ones, no half of a character, no NUL, no deep nesting, no byte order mark. `__proto__` is a member like any other.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const unstorable = /[\0\p{Cs}]/u
const code = { quote: 34, backslash: 92, colon: 58, openArray: 91, closeArray: 93, openObject: 123, closeObject: 125 }

/**
 * Frozen. Undefined for what is not an object in JSON, or is nested too deeply, or could be read in two ways.
 *
 * @param json in UTF-8; or a text that was UTF-8
 */
export function parseStrictJson(json: Uint8Array | string, maxDepth: number): Record<string, unknown> | undefined {
  try {
    const text = typeof json === 'string' ? json : decoder.decode(json)
    const declared = countMembers(text, maxDepth)
    if (declared < 0) return undefined
    const value: unknown = JSON.parse(text)
    if (!isRecord(value) || freezeAndCount(value) !== declared) return undefined
    // UTF-8 holds neither half characters nor, inside of JSON's strings, a NUL: only an escape can bring one.
    return text.includes('\\') && !isStorable(value) ? undefined : value
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The colons outside of strings, of which each member has one; -1 where the nesting is too deep. */
function countMembers(text: string, maxDepth: number): number {
  let members = 0
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === code.quote) at = endOfString(text, at)
    else if (character === code.colon) members += 1
    else if (character === code.openObject || character === code.openArray) {
      depth += 1
      if (depth > maxDepth) return -1
    } else if (character === code.closeObject || character === code.closeArray) depth -= 1
  }
  return members
}

/** The place of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text.charCodeAt(first - 1) === code.backslash) first -= 1
  return (at - first) % 2 === 1
}

/**
 * What is left of the members once the later of two with one name has taken the other's place. Freezes on the way: one walk is
 * cheaper than two.
 */
function freezeAndCount(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  Object.freeze(value)
  if (Array.isArray(value)) return value.reduce<number>((names, each) => names + freezeAndCount(each), 0)
  let names = 0
  for (const name in value) {
    const each = (value as Record<string, unknown>)[name]
    names += typeof each === 'object' ? 1 + freezeAndCount(each) : 1
  }
  return names
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !unstorable.test(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, each]) => !unstorable.test(name) && isStorable(each))
}
