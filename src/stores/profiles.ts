import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { DescribedUser, StandardClaims } from '../protocol/standard-claims.ts'
import type { JournalHead } from './journal.ts'

/** What is absent stays as it is; null removes it. */
export interface ProfileChange {
  name?: string | null
  emailVerified?: boolean
  claims?: { [Name in keyof StandardClaims]: StandardClaims[Name] | null }
}

/** Who a grant is about, what its client asked for, and how far the journal had come then. */
export interface GrantProfile {
  user: DescribedUser
  subject: string
  claims: ClaimsRequest | undefined
  /** How the client wants it signed, if at all. */
  signedResponseAlg: 'RS256' | undefined
  head: JournalHead
}

export interface ProfileStore {
  /** Atomic. False when there is no such user. */
  set(userId: string, change: ProfileChange, actor: string): Promise<boolean>
  /** Undefined when there is no such grant. */
  ofGrant(grantId: string): Promise<GrantProfile | undefined>
}
