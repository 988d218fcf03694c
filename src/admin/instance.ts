import type { FastifyBaseLogger } from 'fastify'
import type { Register } from '../accounts/registration.ts'
import type { Passwords } from '../accounts/passwords.ts'
import type { Grant } from '../grants/grant.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { PlanSigningRotation } from '../keys/plan-rotation.ts'
import type { Rotation } from '../keys/rotation.ts'
import type { Clock } from '../ports/clock.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Random } from '../ports/random.ts'
import type { Pulse } from '../pulse.ts'
import type { RevocationList } from '../revocation/list.ts'
import type { Lookup } from '../revocation/lookup.ts'
import type { ReadReach } from '../revocation/read-reach.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { ApiStore } from '../stores/apis.ts'
import type { AuditStore } from '../stores/audit.ts'
import type { ClientChangeStore } from '../stores/client-changes.ts'
import type { ClientStore } from '../stores/clients.ts'
import type { ProfileStore } from '../stores/profiles.ts'
import type { UserStore } from '../stores/users.ts'
import type { VerifierStore } from '../stores/verifiers.ts'
import type { CheckAccessTokens } from '../tokens/check-access-token.ts'
import type { ReadRefreshToken } from '../tokens/read-refresh-token.ts'

/** The settings that the admin listener reads. Durations in seconds. */
export interface AdminSettings {
  issuer: string
  adminHost: string
  adminToken: string | undefined
  keysDir: string
  accessTokenLifetime: number
  refreshAbsoluteLifetime: number
  sessionLifetime: number
}

/** What of an instance the admin listener needs. Filled in by compose.ts. */
export interface AdminInstance {
  config: AdminSettings
  clock: Clock
  random: Random
  logger: FastifyBaseLogger
  metrics: Metrics & { render(): Promise<{ body: string; contentType: string }> }
  stores: {
    apis: ApiStore
    audit: AuditStore
    clients: ClientStore
    clientChanges: ClientChangeStore
    profiles: ProfileStore
    users: UserStore
    verifiers: VerifierStore
    /** Undefined when there is no Redis to ask. Throws when it is away. */
    pingRedis: (() => Promise<void>) | undefined
  }
  pulse: Pulse
  ring: KeyRing
  rotation: Rotation
  planRotation: PlanSigningRotation
  list: RevocationList
  passwords: Passwords
  /** The grant types that work. */
  grants: readonly Grant[]
  rooms: {
    check: CheckAccessTokens
    lookup: Lookup
    readReach: ReadReach
    readRefreshToken: ReadRefreshToken
    register: Register
    revoker: Revoker
  }
  /** Whether the instance can do its work now. */
  isReady(): boolean
}
