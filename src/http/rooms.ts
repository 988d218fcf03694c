import type { FirstPartyGrants } from '../grants/first-party.ts'
import type { TokenPipeline } from '../grants/pipeline.ts'
import type { Refresh } from '../grants/refresh.ts'
import type { ChangePassword } from '../accounts/password-change.ts'
import type { Register } from '../accounts/registration.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { SignInFirstParty } from '../accounts/first-party-sign-in.ts'
import type { AuthenticateClient } from '../clients/authenticate.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Lookup } from '../revocation/lookup.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { CounterStore } from '../stores/counters.ts'
import type { UserStore } from '../stores/users.ts'
import type { CheckAccessTokens } from '../tokens/check-access-token.ts'
import type { Introspect } from '../tokens/introspect.ts'
import type { ReadRefreshToken } from '../tokens/read-refresh-token.ts'
import type { RevokeToken } from '../tokens/revoke-token.ts'
import type { ReadUserinfo } from '../tokens/userinfo.ts'

/** The settings that the public listener reads. Durations in seconds. */
export interface HttpSettings {
  issuer: string
  firstPartyOrigins: readonly string[]
  registration: 'open' | 'closed'
  refreshAbsoluteLifetime: number
  signInLimitPerIp: number
}

/** The rooms behind the routes: everything a route may call. Filled in by compose.ts. */
export interface HttpRooms {
  settings: HttpSettings
  authenticateClient: AuthenticateClient
  changePassword: ChangePassword
  check: CheckAccessTokens
  counters: CounterStore
  firstParty: FirstPartyGrants
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
  readRefreshToken: ReadRefreshToken
  readUserinfo: ReadUserinfo
  refresh: Refresh
  register: Register
  revoker: Revoker
  revokeToken: RevokeToken
  ring: KeyRing
  sessions: Sessions
  signIn: SignInFirstParty
  tokenPipeline: TokenPipeline
  users: UserStore
}
