/**
 * The array of a Token Status List (draft-ietf-oauth-status-list §4.1), which place in which list a grant has, and how
 * tokens name a list. Lists are compressed and signed elsewhere.
 */

export type StatusSize = 1 | 2 | 4 | 8

/** The status types in use (§7.1). */
export const valid = 0
export const invalid = 1

/** How many grants' numbers share one list. All of them have a place from the start, so a list never says how many are
 * taken. Never to be changed: tokens that are alive name their place. */
export const numbersPerList = 131_072

export interface StatusPlace {
  list: number
  index: number
}

/** What an access token says of it (§6.2). */
export interface StatusClaim {
  status_list: { idx: number; uri: string }
}

/** Numbers are never used twice, so no place is (§13.3). */
export function statusPlaceOf(grantNumber: number): StatusPlace {
  return { list: Math.floor(grantNumber / numbersPerList), index: grantNumber % numbersPerList }
}

/** A list as tokens name it: with the key that signed them, so that the end of the key is in the list, too. */
export interface StatusListName {
  list: number
  kid: string
}

export function statusListUri(issuer: string, { list, kid }: StatusListName): string {
  return `${issuer}/status-lists/${list}.${kid}`
}

/** The last segment of a list's URI; undefined for what cannot be one. There is one spelling of each, so that one list has one
 * address. A signing key's `kid` is a SHA-256 thumbprint (RFC 7638); those of other keys are shorter. */
export function readStatusListName(text: string): StatusListName | undefined {
  const [, list, kid] = /^(0|[1-9]\d{0,9})\.([A-Za-z0-9_-]{43})$/.exec(text) ?? []
  return list === undefined || kid === undefined ? undefined : { list: Number(list), kid }
}

/**
 * The bytes of a list: from the least significant bit of the first byte on.
 * @param statuses index and status of what is not valid
 * @throws RangeError for an index or a status that does not fit
 */
export function packStatuses(statuses: Iterable<readonly [number, number]>, { bits, size }: { bits: StatusSize; size: number }): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(size * bits / 8))
  for (const [index, status] of statuses) {
    if (!isWholeBelow(index, size) || !isWholeBelow(status, 2 ** bits)) {
      throw new RangeError(`Status ${status} at ${index} does not fit into a list of ${size} with ${bits} bits each.`)
    }
    bytes[index * bits >> 3]! |= status << (index * bits & 7)
  }
  return bytes
}

/** Undefined where the list has no such index: nothing is known then, and whoever asks must refuse (§8.3). */
export function statusAt(bytes: Uint8Array, index: number, bits: StatusSize): number | undefined {
  if (!isWholeBelow(index, bytes.length * 8 / bits)) return undefined
  return bytes[index * bits >> 3]! >> (index * bits & 7) & (2 ** bits - 1)
}

const isWholeBelow = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value < limit
