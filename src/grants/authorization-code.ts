import { requireParam } from '../protocol/params.ts'
import type { Grant } from './grant.ts'
import type { RedeemCode } from './redeem-code.ts'

/** An authorization code becomes tokens (RFC 6749 §4.1.3). */
export function authorizationCode({ redeemCode }: { redeemCode: RedeemCode }): Grant {
  return {
    type: 'authorization_code',
    parameters: ['code', 'redirect_uri', 'code_verifier', 'resource'],
    allowsPublicClients: true,
    handle: ({ client, params }) => redeemCode({
      client,
      code: requireParam(params, 'code'),
      redirectUri: params.get('redirect_uri'),
      codeVerifier: params.get('code_verifier'),
      resources: params.get('resource')?.split(' ') ?? []
    })
  }
}
