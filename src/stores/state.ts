import type { JournalHead } from './journal.ts'

/** What every instance re-reads several times a second: one row, one query. */
export interface ServiceState {
  journal: JournalHead
  clientsVersion: number
  keysVersion: number
  /** Tokens and grants with a smaller number are dead, whoever holds them. */
  issuerCutoff: number
  /** Seconds: the access-token lifetime in force, as the instance that started last has set it. */
  accessTokenLifetime: number
  /** Until when tokens of a longer, former lifetime may be alive. */
  formerLifetimeUntil: Date
}

export interface StateStore {
  read(): Promise<ServiceState>
  /** Puts an access-token lifetime (seconds) in force. */
  setAccessTokenLifetime(lifetime: number): Promise<void>
  /** Whether the caller is the one instance to measure now: true for one, at most once in so many seconds. */
  beginCanary(interval: number): Promise<boolean>
}
