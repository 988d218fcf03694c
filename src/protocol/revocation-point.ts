/** A place in the journal, as subscribers name it: the sequence and the leading 96 bits of the running hash there. */

export const pointHashBytes = 12

export interface Point {
  seq: number
  /** 16 base64url characters. Absent for a bare sequence, which trusts that the journal was not restored. */
  hash: string | undefined
}

/** At most 15 digits: exact as a number. */
const pattern = /^(0|[1-9][0-9]{0,14})(?:\.([A-Za-z0-9_-]{16}))?$/

export function renderPoint({ seq, hash }: { seq: number; hash: Buffer }): string {
  return `${seq}.${hashPrefix(hash)}`
}

/** Undefined when the text is neither a point nor a sequence. */
export function parsePoint(text: string): Point | undefined {
  const match = pattern.exec(text)
  return match ? { seq: Number(match[1]), hash: match[2] } : undefined
}

/** Whether the point stands for this very place of the journal. */
export function isPointOf(point: Point, { seq, hash }: { seq: number; hash: Buffer }): boolean {
  return point.seq === seq && (point.hash === undefined || point.hash === hashPrefix(hash))
}

function hashPrefix(hash: Buffer): string {
  return hash.subarray(0, pointHashBytes).toString('base64url')
}
