import { createApiStore } from './apis.ts'
import { createAuditStore } from './audit.ts'
import { createAuthorizationStore } from './authorizations.ts'
import { createBrowserSessionStore } from './browser-sessions.ts'
import { createClientChangeStore } from './client-changes.ts'
import { createClientRegistrationStore } from './client-registrations.ts'
import { createClientStore } from './clients.ts'
import { createConsentStore } from './consents.ts'
import type { Database } from './database.ts'
import { createDeviceStore } from './devices.ts'
import { createGrantStore } from './grants.ts'
import { createJournalStore } from './journal.ts'
import { createKeyStore } from './keys.ts'
import { createProfileStore } from './profiles.ts'
import { createLogoutNoticeStore } from './logout-notices.ts'
import { createSessionStore } from './sessions.ts'
import { createStateStore } from './state.ts'
import { createStatusListStore } from './status-lists.ts'
import { createSubjectStore } from './subjects.ts'
import { createUserStore } from './users.ts'
import { createVerifierStore } from './verifiers.ts'

export type PostgresStores = ReturnType<typeof createPostgresStores>

/** Every store whose truth is PostgreSQL, over one database. */
export function createPostgresStores(database: Database) {
  return {
    users: createUserStore(database),
    profiles: createProfileStore(database),
    subjects: createSubjectStore(database),
    sessions: createSessionStore(database),
    browserSessions: createBrowserSessionStore(database),
    authorizations: createAuthorizationStore(database),
    consents: createConsentStore(database),
    devices: createDeviceStore(database),
    grants: createGrantStore(database),
    clients: createClientStore(database),
    clientChanges: createClientChangeStore(database),
    apis: createApiStore(database),
    clientRegistrations: createClientRegistrationStore(database),
    keys: createKeyStore(database),
    journal: createJournalStore(database),
    state: createStateStore(database),
    statusLists: createStatusListStore(database),
    verifiers: createVerifierStore(database),
    logoutNotices: createLogoutNoticeStore(database),
    audit: createAuditStore(database)
  }
}
