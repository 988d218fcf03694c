import type { KeyRing } from '../keys/key-ring.ts'
import type { OpenMacKey } from '../keys/open-key.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import { CountersignError, unavailable, type ErrorCode, type Reason } from '../protocol/errors.ts'
import { judgeRefresh, type RefreshVerdict } from '../protocol/refresh-policy.ts'
import type { WantedTarget } from '../protocol/resource.ts'
import { narrowTarget, type Target, type TargetContext } from '../protocol/target.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { GrantState, GrantStanding, GrantStore, Rotation } from '../stores/grants.ts'
import type { IssuedToken, Mint } from '../tokens/issue.ts'
import { isAuthentic, makeRefreshToken, parseRefreshToken, refreshProof, type ParsedRefreshToken } from '../tokens/refresh-token.ts'

/**
 * Spending a refresh token, for the token endpoint and the first-party API alike: rotate in one statement, and only when
 * no row moved find out why. Spend first, then sign: a retry inside the grace gets the same successor, so a failure in
 * between loses nothing.
 */
export type Refresh = (request: RefreshRequest) => Promise<RefreshAnswer>

export interface RefreshRequest {
  refreshToken: string
  clientId: string
  /** Undefined for first-party sign-in, whose tokens are always for all that was granted. */
  narrowing?: Narrowing
}

/** What of a grant is asked for, and what decides whether it can be had. */
export interface Narrowing {
  wanted: WantedTarget
  context: TargetContext
  /** Where no resource is named: what all of the grant's audience must be among. */
  openAudience: string[] | undefined
}

export interface RefreshAnswer {
  access: IssuedToken
  refreshToken: string
  scopes: readonly string[]
  grant: GrantState
}

export interface RefreshOptions {
  grants: GrantStore
  ring: KeyRing
  mint: Mint
  revoker: Revoker
  log: Log
  metrics: Metrics
  /** Seconds. */
  grace: number
  /** Seconds. */
  idleLifetime: number
}

export function createRefresh(options: RefreshOptions): Refresh {
  return async request => {
    const token = parseRefreshToken(request.refreshToken)
    if (token === undefined) throw refused('refresh-token/malformed')
    const key = await options.ring.macByKid(token.macKid)
    if (key === undefined) throw refused('refresh-token/unknown-mac-key')
    for (let tries = 0; tries < 3; tries++) {
      const outcome = await spend({ token, key, request }, options)
      if (outcome !== 'moved') return outcome
    }
    throw unavailable('refresh-token/contended')
  }
}

/** A refresh token that may be ours, with the key that would have made it. */
interface Presented {
  token: ParsedRefreshToken
  key: OpenMacKey
  request: RefreshRequest
}

async function spend(presented: Presented, options: RefreshOptions): Promise<RefreshAnswer | 'moved'> {
  const { token, key, request } = presented
  const successorKey = options.ring.mac()
  const rotated = await options.grants.rotate({
    grantId: token.grantId,
    generation: token.generation,
    clientId: request.clientId,
    keyBinding: undefined,
    ...limitsOf(request),
    proof: refreshProof(token, key),
    macKid: successorKey.record.kid,
    idleLifetime: options.idleLifetime
  })
  return rotated === undefined
    ? explain(presented, options)
    : answer(rotated, { request, key: successorKey }, options)
}

/** What the grant must cover for the token to be spent; empty means all of it. */
function limitsOf({ narrowing }: RefreshRequest): Pick<Rotation, 'scopes' | 'resources' | 'openAudience'> {
  const { wanted, openAudience } = narrowing ?? {}
  return { scopes: wanted?.scopes ?? [], resources: wanted?.resources ?? [], openAudience }
}

/** Why no row moved, and what follows from that. */
async function explain({ token, key, request }: Presented, options: RefreshOptions): Promise<RefreshAnswer | 'moved'> {
  const standing = await options.grants.find(token.grantId)
  const authentic = standing !== undefined && isAuthentic(token, standing.secret, key)
  const presented = { ...request, ...limitsOf(request), generation: token.generation, keyBinding: undefined, authentic }
  const verdict = judgeRefresh(presented, standing, options.grace)
  if (verdict === 'current') return 'moved'
  if (verdict === 'late') return answerLate(standing!, request, options)
  if (verdict === 'replayed') await punishReplay(token.grantId, options)
  throw refusal(verdict)
}

/** The current token of a grant, made again. */
async function answerLate(grant: GrantStanding, request: RefreshRequest, options: RefreshOptions): Promise<RefreshAnswer> {
  options.metrics.count('countersign_refresh_late_total')
  const key = await options.ring.macByKid(grant.macKid)
  if (key === undefined) throw refused('refresh-token/mac-key-removed')
  return answer(grant, { request, key }, options)
}

async function answer(
  grant: GrantState, { request, key }: { request: RefreshRequest; key: OpenMacKey }, { mint }: RefreshOptions
): Promise<RefreshAnswer> {
  const target = aim(grant, request)
  const access = await mint.forGrant(grant, target)
  return { access, refreshToken: makeRefreshToken(grant, key), scopes: target.scopes, grant }
}

/** The statement has refused already what is refused here, unless an API changed this moment. */
function aim(grant: GrantState, { narrowing }: RefreshRequest): Target {
  if (narrowing === undefined) return { audience: grant.audience, scopes: grant.scopes, lifetime: undefined }
  const target = narrowTarget(grant, narrowing.wanted, narrowing.context)
  if (typeof target === 'string') throw refused('refresh-token/target-moved', 'invalid_target')
  return target
}

/** The family ends: whoever of the two holders is the thief, neither goes on (RFC 9700 §4.14.2). */
async function punishReplay(grantId: string, { grants, revoker, log, metrics }: RefreshOptions): Promise<void> {
  metrics.count('countersign_refresh_replays_total')
  log.warn({ grantId, reason: 'refresh-token/replayed' }, 'a refresh token was replayed; its grant is revoked')
  const entry = await grants.revoke(grantId, { reason: 'refresh-token-replayed', actor: 'countersign' })
  if (entry !== undefined) await revoker.publish([entry])
}

const refused = (reason: Reason, code: ErrorCode = 'invalid_grant'): CountersignError => new CountersignError(code, { reason })

function refusal(verdict: Exclude<RefreshVerdict, 'late' | 'current'>): CountersignError {
  switch (verdict) {
    case 'scope-too-wide': return refused('refresh-token/scope-too-wide', 'invalid_scope')
    case 'resource-not-granted': return refused('refresh-token/resource-not-granted', 'invalid_target')
    case 'audience-closed': return refused('refresh-token/audience-closed', 'invalid_target')
    case 'unknown': return refused('refresh-token/unknown')
    case 'wrong-client': return refused('refresh-token/wrong-client')
    case 'wrong-key': return refused('refresh-token/wrong-key')
    case 'dead': return refused('refresh-token/revoked')
    case 'expired': return refused('refresh-token/expired')
    case 'from-the-future': return refused('refresh-token/from-the-future')
    case 'replayed': return refused('refresh-token/replayed')
  }
}
