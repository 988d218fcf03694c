import { decideNextStep, type NextStep, type Progress } from '../protocol/authorization-policy.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { requestedSubjects } from '../protocol/claims-request.ts'
import { isSubset } from '../protocol/scope.ts'
import type { UserTarget } from '../protocol/target.ts'
import type { AuthorizationStanding, AuthorizationStore } from '../stores/authorizations.ts'
import type { Client } from '../stores/clients.ts'
import type { AssignSubject } from '../tokens/assign-subject.ts'
import type { HintFault, IdTokenHint } from '../tokens/id-token-hint.ts'
import { hashCookie } from './session-cookie.ts'

/** Who is there, and what has to happen before that client gets a code. */
export type LookAtPerson = (asked: Asked) => Promise<View>

export interface Asked {
  client: Client
  request: AuthorizationRequest
  target: UserTarget
  /** What the session cookie holds. */
  cookie: string | undefined
  progress: Progress
}

export interface View {
  step: NextStep | 'bad-hint'
  /** Undefined when nobody is signed in. */
  standing: AuthorizationStanding | undefined
}

export interface LookAtPersonOptions {
  authorizations: AuthorizationStore
  assignSubject: AssignSubject
  verifyIdTokenHint(token: string, clientId: string): Promise<IdTokenHint | HintFault>
}

export function createLookAtPerson(options: LookAtPersonOptions): LookAtPerson {
  return async asked => {
    const { client, request, target, cookie, progress } = asked
    const hinted = await readHint(asked, options)
    if (hinted === 'bad-hint') return { step: 'bad-hint', standing: undefined }
    const standing = cookie === undefined ? undefined : await options.authorizations.look(hashCookie(cookie), client.id)
    const session = standing && {
      id: standing.session.id,
      authAge: standing.session.authAge,
      isHinted: hinted === undefined || hinted.includes(await options.assignSubject(standing.session.userId, client))
    }
    const prompts = isAskedEachTime(client) ? [...request.prompts, 'consent' as const] : request.prompts
    const isConsentCovered = client.profile.isTrusted === true || isSubset(target.items, standing?.consented ?? [])
    const maxAge = request.maxAge ?? client.profile.defaultMaxAge
    return { step: decideNextStep({ prompts, maxAge }, { session, isConsentCovered, progress }), standing }
  }
}

/** Any app on the device can pose as a native one: what was allowed to it once may come from another now (RFC 8252 §8.6). */
function isAskedEachTime({ authMethods, profile }: Client): boolean {
  return profile.applicationType === 'native' && authMethods.includes('none') && profile.isTrusted !== true
}

/**
 * The `sub`s that the answer may be about: the hint's, and those that are asked for as a claim, of which neither outdoes the
 * other. Undefined means any.
 */
async function readHint({ client, request }: Asked, { verifyIdTokenHint }: LookAtPersonOptions): Promise<string[] | undefined | 'bad-hint'> {
  const requested = requestedSubjects(request.claims)
  if (request.idTokenHint === undefined) return requested
  const hint = await verifyIdTokenHint(request.idTokenHint, client.id)
  if (typeof hint === 'string') return 'bad-hint'
  return requested === undefined || requested.includes(hint.sub) ? [hint.sub] : []
}
