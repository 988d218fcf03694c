/** A sequence of the journal in a path. A text that is none stands for 0, which no revocation has. */
export function readSequence(text: string): number {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : 0
}
