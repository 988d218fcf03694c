import type { SignInBrowser } from '../accounts/browser-sign-in.ts'
import type { Consents } from '../accounts/consents.ts'
import type { SignInFirstParty } from '../accounts/first-party-sign-in.ts'
import type { ChangePassword } from '../accounts/password-change.ts'
import type { Register } from '../accounts/registration.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { Authorize } from '../authorization/authorize.ts'
import type { Interactions } from '../authorization/interactions.ts'
import type { Resume } from '../authorization/resume.ts'
import type { ApiRegistry } from '../clients/apis.ts'
import type { AuthenticateClient } from '../clients/authenticate.ts'
import type { DynamicRegistration } from '../clients/dynamic-registration.ts'
import type { FirstPartyGrants } from '../grants/first-party.ts'
import type { Grant } from '../grants/grant.ts'
import type { TokenPipeline } from '../grants/pipeline.ts'
import type { Refresh } from '../grants/refresh.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { EndSession } from '../logout/end-session.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Random } from '../ports/random.ts'
import type { AcknowledgedSubscribers } from '../revocation/acknowledged-subscribers.ts'
import type { Feed } from '../revocation/feed/feed.ts'
import type { Snapshots } from '../revocation/feed/snapshots.ts'
import type { Lookup } from '../revocation/lookup.ts'
import type { ReadReach } from '../revocation/read-reach.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { BrowserSessionStore } from '../stores/browser-sessions.ts'
import type { CounterStore } from '../stores/counters.ts'
import type { UserStore } from '../stores/users.ts'
import type { AccessGate } from '../tokens/access-gate.ts'
import type { CheckAccessTokens } from '../tokens/check-access-token.ts'
import type { Introspect } from '../tokens/introspect.ts'
import type { ReadRefreshToken } from '../tokens/read-refresh-token.ts'
import type { RevokeToken } from '../tokens/revoke-token.ts'
import type { StatusLists } from '../tokens/status-lists.ts'
import type { ReadUserinfo } from '../tokens/userinfo.ts'
import type { Pages } from './pages.ts'

/** The settings that the public listener reads. Durations in seconds. */
export interface HttpSettings {
  issuer: string
  firstPartyOrigins: readonly string[]
  registration: 'open' | 'closed'
  clientRegistration: 'off' | 'token' | 'open'
  /** What opens client registration; there when that is `token`. */
  initialAccessToken: string | undefined
  refreshAbsoluteLifetime: number
  sessionLifetime: number
  signInLimitPerIp: number
  statusListTtl: number
}

/** The rooms behind the routes: everything a route may call. Filled in by compose.ts. */
export interface HttpRooms {
  settings: HttpSettings
  apis: ApiRegistry
  authenticateClient: AuthenticateClient
  authorize: Authorize
  browserSessions: BrowserSessionStore
  changePassword: ChangePassword
  check: CheckAccessTokens
  consents: Consents
  counters: CounterStore
  dynamicRegistration: DynamicRegistration
  endSession: EndSession
  /** The revocations, for those who follow them. */
  feed: Feed
  firstParty: FirstPartyGrants
  gate: AccessGate
  /** What the token endpoint takes, to tell of it. */
  grants: ReadonlyArray<Pick<Grant, 'type' | 'parameters'>>
  interactions: Interactions
  introspect: Introspect
  /** Whether the service can do its work; the names of the parts that cannot. */
  isReady(): boolean
  /** Counters of this process alone, for limits that must not need Redis. */
  localCounters: CounterStore
  log: Log
  lookup: Lookup
  /** The metadata document, as JSON text. */
  metadata: string
  metrics: Metrics
  /** The brand, and the files that carry it. */
  pages: Pages
  random: Random
  readReach: ReadReach
  readRefreshToken: ReadRefreshToken
  readUserinfo: ReadUserinfo
  refresh: Refresh
  register: Register
  resume: Resume
  revoker: Revoker
  revokeToken: RevokeToken
  ring: KeyRing
  sessions: Sessions
  signIn: SignInFirstParty
  signInBrowser: SignInBrowser
  snapshots: Snapshots
  statusLists: StatusLists
  /** Hears who follows the revocations. */
  subscribers: AcknowledgedSubscribers
  tokenPipeline: TokenPipeline
  users: UserStore
}
