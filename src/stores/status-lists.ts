import type { JournalHead } from './journal.ts'

/** Which grants are dead, by their numbers: what the Token Status Lists are made of. */
export interface StatusListStore {
  /** The highest number that was ever given to a grant, a session or a cut-off. */
  highestNumber(): Promise<number>
  /** The lists with a grant that a token may name, in order. */
  inUse(numbersPerList: number): Promise<number[]>
  /**
   * The numbers of a range, without its end, whose grants are dead, whatever ended them, and the head of the journal
   * that this is true for, from one snapshot. A grant that has merely run its time is not dead.
   */
  readEnded(range: NumberRange): Promise<EndedNumbers>
  /** Forgets deleted grants whose last token has expired; returns how many. */
  prune(): Promise<number>
}

export interface NumberRange {
  from: number
  to: number
}

export interface EndedNumbers {
  head: JournalHead
  numbers: number[]
}
