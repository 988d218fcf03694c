/**
 * JSON as a security boundary reads it (RFC 8725bis §3.8): no member twice, of which two readers would take different
 * ones, no half of a character, no NUL, no deep nesting. `__proto__` is a member like any other.
 */

const token = /"(?:[^"\\]|\\.)*"|[{}[\],]/g
const unstorable = /[\0\p{Cs}]/u

/** Undefined for what is not JSON, or is too deep, or could be read in two ways. */
export function parseStrictJson(text: string, maxDepth: number): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isUnambiguous(text, maxDepth) ? value : undefined
}

/** Walks over what is known to be JSON. */
function isUnambiguous(text: string, maxDepth: number): boolean {
  // The members of each object that is open; undefined for an array.
  const open: Array<Set<string> | undefined> = []
  let mayBeName = false
  for (const [part] of text.matchAll(token)) {
    if (part === '{' || part === '[') open.push(part === '{' ? new Set() : undefined)
    else if (part === '}' || part === ']') open.pop()
    else if (part !== ',') {
      const decoded = JSON.parse(part) as string
      if (unstorable.test(decoded)) return false
      const names = mayBeName ? open.at(-1) : undefined
      if (names?.has(decoded)) return false
      names?.add(decoded)
    }
    if (open.length > maxDepth) return false
    mayBeName = part === '{' || part === ','
  }
  return true
}
