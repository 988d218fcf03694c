import { buildCodeResponse, type AuthorizationResponse } from '../protocol/authorization-response.ts'
import type { AuthorizationStanding } from '../stores/authorizations.ts'
import type { AssignSubject } from '../tokens/assign-subject.ts'
import type { Codes } from './codes.ts'
import type { Asked } from './look-at-person.ts'

/** The good end of an authorization: a code, and the answer that carries it. */
export type IssueCode = (asked: Asked, standing: AuthorizationStanding) => IssuedCode

export interface IssuedCode {
  response: AuthorizationResponse
  /** From then on the code stands for something. */
  keep(): Promise<void>
}

export interface IssueCodeOptions {
  codes: Codes
  assignSubject: AssignSubject
  issuer: string
}

export function createIssueCode({ codes, assignSubject, issuer }: IssueCodeOptions): IssueCode {
  return ({ client, request, target }, { session, grantNumber, consentNumber }) => {
    const code = codes.make()
    return {
      response: buildCodeResponse(request, code, issuer),
      async keep() {
        await codes.keep(code, {
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
          consentNumber: client.profile.isTrusted ? undefined : consentNumber,
          claims: request.claims,
          nonce: request.nonce
        })
      }
    }
  }
}
