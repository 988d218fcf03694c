import type { KeyRing } from '../keys/key-ring.ts'
import type { OpenSigningKey } from '../keys/open-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { buildAccessTokenClaims, type AccessTokenClaims, type SubjectClaims } from '../protocol/claims.ts'
import { clientJti, grantJti } from '../protocol/identifiers.ts'
import type { StatusClaim } from '../protocol/status-list.ts'
import type { ServiceState } from '../stores/state.ts'
import type { Client } from '../stores/clients.ts'
import type { GrantState } from '../stores/grants.ts'
import { signJwtBy } from './sign-jwt.ts'
import type { ReferToStatus } from './refer-to-status.ts'

/**
 * THE mint: the one place where access tokens are signed. It is told what a token is for and knows nothing of how that
 * was decided, nor of HTTP.
 */
export interface Mint {
  /** A token of a user's grant. */
  forGrant(grant: GrantState, wanted: WantedToken): Promise<IssuedToken>
  /** A token of a client's own, with no grant behind it. */
  forClient(client: Client, wanted: WantedToken): Promise<IssuedToken>
}

/** What was decided of this one token. */
export interface WantedToken {
  scopes: readonly string[]
  /** Absent: that of the grant or client. Empty, here or there: the issuer. */
  audience?: readonly string[] | undefined
  /** Seconds. Never more than the lifetime in force comes of it. */
  lifetime?: number | undefined
}

export interface IssuedToken {
  token: string
  claims: AccessTokenClaims
  /** Seconds. */
  expiresIn: number
}

export interface MintOptions {
  ring: KeyRing
  clock: Clock
  random: Random
  issuer: string
  /** Seconds, as configured. */
  lifetime: number
  pulse: { current(): ServiceState }
  referToStatus: ReferToStatus
}

export function createMint({ ring, clock, random, issuer, lifetime, pulse, referToStatus }: MintOptions): Mint {
  // Another instance may have put a shorter lifetime in force: the ends of keys and revocations are computed from it.
  const lifetimeNow = (wanted = lifetime): number => Math.min(wanted, lifetime, pulse.current().accessTokenLifetime)

  async function sign(key: OpenSigningKey, claims: AccessTokenClaims): Promise<IssuedToken> {
    return { token: await signJwtBy(key, 'at+jwt', claims), claims, expiresIn: claims.exp - claims.iat }
  }

  const now = (): number => Math.floor(clock.now() / 1000)
  const orIssuer = (audience: readonly string[]): readonly string[] => audience.length > 0 ? audience : [issuer]

  return {
    forGrant(grant, wanted) {
      const audience = orIssuer(wanted.audience ?? grant.audience)
      // Asked for once: at a change of keys the token still names the list of the very key that signs it.
      const key = ring.signing()
      return sign(key, buildAccessTokenClaims({
        issuer,
        clientId: grant.clientId,
        audience,
        scopes: wanted.scopes,
        subject: describeSubject(grant, referToStatus(grant.id, { audience, kid: key.record.kid })),
        jti: grantJti(grant.id, random.bytes(9)),
        issuedAt: now(),
        lifetime: lifetimeNow(wanted.lifetime)
      }))
    },
    forClient(client, wanted) {
      // The number is the youngest cut-off that the client has passed, so that a later one covers this token.
      const number = Math.max(client.grantsCutoff, pulse.current().issuerCutoff)
      return sign(ring.signing(), buildAccessTokenClaims({
        issuer,
        clientId: client.id,
        audience: orIssuer(wanted.audience ?? client.audience),
        scopes: wanted.scopes,
        subject: undefined,
        jti: clientJti({ clientTag: client.tag, number }, random.bytes(9)),
        issuedAt: now(),
        lifetime: lifetimeNow(wanted.lifetime)
      }))
    }
  }
}

function describeSubject(grant: GrantState, status: StatusClaim | undefined): SubjectClaims {
  return {
    grantId: grant.id,
    subject: grant.subject,
    sessionId: grant.offline ? undefined : grant.sessionId,
    roles: [grant.role],
    authTime: Math.floor(grant.authTime.getTime() / 1000),
    amr: grant.amr,
    status
  }
}
