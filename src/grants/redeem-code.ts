import { hashCode, type CodeContent, type Codes } from '../authorization/codes.ts'
import type { ApiRegistry } from '../clients/apis.ts'
import type { Log } from '../ports/log.ts'
import { judgeCode, type CodeBinding, type CodeVerdict } from '../protocol/code-policy.ts'
import { CountersignError, type ErrorCode } from '../protocol/errors.ts'
import { matchRedirectUri } from '../protocol/match-redirect-uri.ts'
import { narrowTarget, type Target, type TargetFault } from '../protocol/target.ts'
import type { Revoker } from '../revocation/revoke.ts'
import type { Client } from '../stores/clients.ts'
import type { GrantStore } from '../stores/grants.ts'
import type { GrantAnswer } from './grant.ts'
import type { OpenGrant } from './open-grant.ts'

/**
 * Spending an authorization code. The tokens are signed before PostgreSQL decides, so that a failure on the way spends
 * nothing; whoever comes second with a good proof ends what the first was given (RFC 6749 §4.1.2), and who has none
 * changes nothing.
 */
export type RedeemCode = (request: RedeemCodeRequest) => Promise<GrantAnswer>

export interface RedeemCodeRequest {
  client: Client
  code: string
  redirectUri: string | undefined
  codeVerifier: string | undefined
  resources: string[]
}

export interface RedeemCodeOptions {
  codes: Codes
  grants: GrantStore
  openGrant: OpenGrant
  revoker: Revoker
  apis: Pick<ApiRegistry, 'find'>
  issuer: string
  log: Log
}

export function createRedeemCode(options: RedeemCodeOptions): RedeemCode {
  const { codes, grants, openGrant } = options
  return async request => {
    const { client, code } = request
    const origin = hashCode(code)
    const refuse = (otherwise: CountersignError): Promise<never> => refuseReplay(request, { origin, otherwise }, options)
    const content = await codes.find(code)
    if (content === undefined) return refuse(refused('unknown'))
    requireProof(content, request)
    // Whoever has an address that was taken off the client since is not to get what was sent there.
    if (!matchRedirectUri(client, content.redirectUri)) return refuse(refused('unknown'))
    const target = narrow(content, request, options)
    if (typeof target === 'string') return refuse(refused('target', 'invalid_target'))
    const { redemption, answer } = await openGrant({ client, content, origin, target })
    const outcome = await grants.redeem(redemption)
    if (outcome === 'redeemed') return answer
    if (outcome === 'spent') await punishReplay(origin, options)
    throw refused(outcome === 'spent' ? 'replayed' : 'dead')
  }
}

function narrow(
  content: CodeContent, { client, resources }: RedeemCodeRequest, { apis, issuer }: RedeemCodeOptions
): Target | TargetFault {
  return narrowTarget(content, { resources: [...new Set(resources)], scopes: undefined }, { client, apis, issuer })
}

/**
 * Its minute is over, its address is gone, what it is to be narrowed to cannot be had, or it never was: but it may have become
 * a grant, and this be a replay.
 */
async function refuseReplay(
  request: RedeemCodeRequest, { origin, otherwise }: { origin: Buffer; otherwise: CountersignError }, options: RedeemCodeOptions
): Promise<never> {
  const spent = await options.grants.findSpent(origin)
  if (spent === undefined) throw otherwise
  requireProof(spent, request)
  await punishReplay(origin, options)
  throw refused('replayed')
}

async function punishReplay(origin: Buffer, { grants, revoker, log }: RedeemCodeOptions): Promise<void> {
  const spent = await grants.findSpent(origin)
  if (spent === undefined) return
  log.warn({ grantId: spent.grantId, reason: 'code/replayed' }, 'an authorization code was replayed; its grant is revoked')
  const entry = await grants.revoke(spent.grantId, { reason: 'code-replayed', actor: 'countersign' })
  if (entry !== undefined) await revoker.publish([entry])
}

function requireProof(binding: CodeBinding, { client, redirectUri, codeVerifier }: RedeemCodeRequest): void {
  const verdict = judgeCode(binding, { clientId: client.id, redirectUri, codeVerifier })
  if (verdict !== 'good') throw refusal(verdict)
}

const refused = (rule: string, code: ErrorCode = 'invalid_grant'): CountersignError =>
  new CountersignError(code, { reason: `code/${rule}` })

function refusal(verdict: Exclude<CodeVerdict, 'good'>): CountersignError {
  switch (verdict) {
    case 'wrong-client': return refused('wrong-client')
    case 'wrong-redirect-uri': return refused('wrong-redirect-uri')
    case 'no-redirect-uri': return refused('no-redirect-uri')
    case 'no-verifier': return refused('no-verifier')
    case 'malformed-verifier': return refused('malformed-verifier')
    case 'wrong-verifier': return refused('wrong-verifier')
    case 'unexpected-verifier': return refused('unexpected-verifier', 'invalid_request')
  }
}
