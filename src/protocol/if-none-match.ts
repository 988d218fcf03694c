/** The next entity tag, without its mark of weakness, or nothing more up to the end. */
const next = /[ \t,]*(?:(?:W\/)?("[^"]*")[ \t]*(?=,|$)|$)/y

/**
 * Whether a caller holds already what would be sent, by `If-None-Match` (RFC 9110 §13.1.2): a list of which any may match, or
 * `*` for whatever there is. Compared weakly (§8.8.3.2), as proxies that compress make a strong tag weak. What is no such list
 * matches nothing.
 * @param etag with its quotes
 */
export function isHeldAlready(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || readTags(header).includes(etag)
}

function readTags(header: string): string[] {
  const tags: string[] = []
  next.lastIndex = 0
  while (next.lastIndex < header.length) {
    const found = next.exec(header)
    if (found === null) return []
    if (found[1] !== undefined) tags.push(found[1])
  }
  return tags
}
