/** Longer names than this push the buttons off a phone. */
const longestName = 60

/**
 * A name that an application chose for itself, for use inside our own sentences: on one line, no longer than a name is,
 * and without the characters that turn the direction of text round, with which it could reorder what stands beside it.
 */
export function plainName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(/\s+/g, ' ').trim()
  const signs = [...plain]
  return signs.length <= longestName ? plain : `${signs.slice(0, longestName - 1).join('').trimEnd()}…`
}
