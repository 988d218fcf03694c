import { buildCodeResponse, type AuthorizationResponse } from '../protocol/authorization-response.ts'
import { namesOfClaims } from '../protocol/claims-request.ts'
import type { AuthorizationStanding } from '../stores/authorizations.ts'
import type { AssignSubject } from '../tokens/assign-subject.ts'
import type { AuthorizationCodes } from '../tokens/authorization-code.ts'
import type { Asked } from './look-at-person.ts'

/** The good end of an authorization: the answer that carries a code. */
export type IssueCode = (asked: Asked, standing: AuthorizationStanding) => Promise<AuthorizationResponse>

export interface IssueCodeOptions {
  codes: Pick<AuthorizationCodes, 'make'>
  assignSubject: AssignSubject
  issuer: string
}

export function createIssueCode({ codes, assignSubject, issuer }: IssueCodeOptions): IssueCode {
  return async ({ client, request, target }, { session, grantNumber }) => {
    const code = codes.make({
      clientId: client.id,
      redirectUri: request.redirectUri,
      isRedirectUriGiven: request.isRedirectUriGiven,
      codeChallenge: request.codeChallenge,
      grantNumber,
      userId: session.userId,
      role: session.role,
      subject: await assignSubject(session.userId, client),
      sessionId: session.id,
      authTime: session.authTime.getTime(),
      amr: session.amr,
      scopes: [...target.scopes],
      audience: [...target.audience],
      consentItems: client.profile.isTrusted ? undefined : [...target.items],
      // The values were asked for and reached; 8 KiB of them would make a code that no URL carries.
      claims: request.claims && namesOfClaims(request.claims),
      nonce: request.nonce
    })
    return buildCodeResponse(request, code, issuer)
  }
}
