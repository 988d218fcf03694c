/**
 * Whether a caller takes what is offered, by `Accept` or `Accept-Encoding` (RFC 9110 §12.5). The most specific of the
 * ranges decides, and a weight of zero says no. Which of several a caller likes best is nobody's question here.
 */

/** A media type without parameters. No header, or an empty one, takes everything. */
export function acceptsType(header: string | undefined, type: string): boolean {
  if (header === undefined || header.trim() === '') return true
  const [main] = type.split('/')
  return takes(header, [type, `${main}/*`, '*/*'])
}

/** A content coding. Without the header nothing is coded: that is what plain callers expect. */
export function acceptsEncoding(header: string | undefined, coding: string): boolean {
  return header !== undefined && takes(header, [coding, '*'])
}

/** @param ranges the most specific first */
function takes(header: string, ranges: readonly string[]): boolean {
  const weights = new Map(header.toLowerCase().split(',').map(readRange))
  const decisive = ranges.find(range => weights.has(range))
  return decisive !== undefined && weights.get(decisive)! > 0
}

function readRange(item: string): [string, number] {
  const [range = '', ...parameters] = item.split(';').map(part => part.trim())
  const weight = parameters.find(parameter => parameter.startsWith('q='))
  return [range, weight === undefined ? 1 : Number(weight.slice(2)) || 0]
}
