import type { RevocationTarget } from '../../protocol/revocation-rules.ts'
import type { ClientStore } from '../../stores/clients.ts'
import type { GrantStore } from '../../stores/grants.ts'
import type { JournalEntry, JournalStore, TargetKind } from '../../stores/journal.ts'
import type { KeyStore } from '../../stores/keys.ts'
import type { SessionStore } from '../../stores/sessions.ts'
import type { Act, UserStore } from '../../stores/users.ts'
import { client } from './client.ts'
import { grant } from './grant.ts'
import { issuer } from './issuer.ts'
import { key } from './key.ts'
import { session } from './session.ts'
import { token } from './token.ts'
import { user } from './user.ts'

/** The stores whose acts end something. */
export interface EndingStores {
  clients: ClientStore
  grants: GrantStore
  journal: JournalStore
  keys: KeyStore
  sessions: SessionStore
  users: UserStore
}

/** One kind of thing that can be revoked: which claim names it, and how it is ended. */
export interface Target extends RevocationTarget {
  kind: TargetKind
  /** Ends it for good and journals that, in one statement. No entry when nothing alive has that name. */
  end(stores: EndingStores, value: string, act: Act): Promise<JournalEntry | JournalEntry[] | undefined>
  /** Whether instances hold something in memory that this changes, beside the list. */
  changesSharedState: boolean
  /** Whether only the admin listener may revoke it. */
  adminOnly: boolean
}

/** In the order in which a lookup names the first that covers a token: the widest last. */
export const targets: readonly Target[] = [token, grant, session, user, client, key, issuer]
