import type { CodeContent } from '../authorization/codes.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import type { OpenMacKey } from '../keys/open-key.ts'
import type { Random } from '../ports/random.ts'
import { grantIdFrom } from '../protocol/identifiers.ts'
import type { Target } from '../protocol/target.ts'
import type { Client } from '../stores/clients.ts'
import type { GrantState, Redemption } from '../stores/grants.ts'
import type { IssueIdToken } from '../tokens/id-token.ts'
import type { Mint } from '../tokens/issue.ts'
import { makeRefreshToken } from '../tokens/refresh-token.ts'
import type { GrantAnswer } from './grant.ts'

/** A grant as it will be, with its first tokens signed: nothing is stored yet. */
export type OpenGrant = (source: GrantSource) => Promise<{ redemption: Redemption; answer: GrantAnswer }>

export interface GrantSource {
  client: Client
  content: CodeContent
  /** SHA-256 of the code. */
  origin: Buffer
  /** What the first access token is for. */
  target: Target
}

export interface OpenGrantOptions {
  ring: KeyRing
  mint: Mint
  issueIdToken: IssueIdToken
  random: Random
  /** Seconds. */
  idleLifetime: number
  /** Seconds. */
  absoluteLifetime: number
}

export function createOpenGrant(options: OpenGrantOptions): OpenGrant {
  const { ring, mint, issueIdToken } = options
  return async ({ client, content, origin, target }) => {
    const mac = ring.mac()
    const redemption = prepare({ content, origin }, mac, options)
    const grant = grantOf(redemption)
    const access = await mint.forGrant(grant, target)
    const idToken = content.scopes.includes('openid')
      ? await issueIdToken(grant, { clientId: client.id, nonce: content.nonce, accessToken: access.token })
      : undefined
    const refreshToken = client.grantTypes.includes('refresh_token') ? makeRefreshToken(grant, mac) : undefined
    return { redemption, answer: { access, scopes: target.scopes, asked: content.scopes, idToken, refreshToken } }
  }
}

function prepare({ content, origin }: Pick<GrantSource, 'content' | 'origin'>, mac: OpenMacKey, options: OpenGrantOptions): Redemption {
  const { random, idleLifetime, absoluteLifetime } = options
  return {
    grant: {
      idRandom: random.bytes(10),
      secret: random.bytes(16),
      macKid: mac.record.kid,
      clientId: content.clientId,
      scopes: content.scopes,
      audience: content.audience,
      keyBinding: undefined,
      idleLifetime,
      absoluteLifetime
    },
    number: content.grantNumber,
    userId: content.userId,
    role: content.role,
    subject: content.subject,
    sessionId: content.sessionId,
    authTime: new Date(content.authTime),
    amr: content.amr,
    offline: content.scopes.includes('offline_access'),
    claims: content.claims,
    consentNumber: content.consentNumber,
    origin,
    redirectUri: content.redirectUri,
    codeChallenge: content.codeChallenge
  }
}

/** What the database will say of it. */
function grantOf(redemption: Redemption): GrantState {
  const { grant } = redemption
  return {
    id: grantIdFrom(redemption.number, grant.idRandom),
    clientId: grant.clientId,
    userId: redemption.userId,
    sessionId: redemption.sessionId,
    scopes: grant.scopes,
    audience: grant.audience,
    keyBinding: grant.keyBinding,
    secret: grant.secret,
    generation: 1,
    macKid: grant.macKid,
    role: redemption.role,
    authTime: redemption.authTime,
    amr: redemption.amr,
    subject: redemption.subject,
    offline: redemption.offline,
    claims: redemption.claims
  }
}
