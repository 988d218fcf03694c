import { createAuthorize } from '../authorization/authorize.ts'
import { createCheckRequest } from '../authorization/check-request.ts'
import { createCodes } from '../authorization/codes.ts'
import { createInteractions } from '../authorization/interactions.ts'
import { createIssueCode } from '../authorization/issue-code.ts'
import { createLookAtPerson } from '../authorization/look-at-person.ts'
import { createMustWarn } from '../authorization/must-warn.ts'
import { createResume } from '../authorization/resume.ts'
import type { Clients } from './clients.ts'
import type { Core } from './core.ts'
import type { DomainTools } from './tools.ts'

/** The way of an authorization request. */
export function composeAuthorization(
  { config: { issuer, signInLimitPerIp }, clock, random, log, stores }: DomainTools, { assignSubject, verifyIdTokenHint }: Core, { registry, apis }: Clients
) {
  const { pending, counters, authorizations } = stores
  const codes = createCodes({ pending, random, clock })
  const interactions = createInteractions({ pending, counters, random, clock, limitPerAddress: 10 * signInLimitPerIp })
  const issueCode = createIssueCode({ codes, assignSubject, issuer })
  const lookAtPerson = createLookAtPerson({ authorizations, assignSubject, verifyIdTokenHint })
  const way = { registry, lookAtPerson, mustWarn: createMustWarn({ authorizations, log }), issueCode, interactions, issuer, log }
  return {
    codes, interactions,
    authorize: createAuthorize({ ...way, checkRequest: createCheckRequest({ registry, apis, issuer, log }) }),
    resume: createResume(way)
  }
}
