import { isReservedScope, parseScope } from '../../protocol/scope.ts'
import type { ClientRule } from './index.ts'

/** Visible to verifiers in `aud`; no spaces, since lists of them are separated by such. */
const audiencePattern = /^[\x21-\x7E]{1,200}$/

export const scopesAndAudience: ClientRule = ({ scopes, audience, grantTypes }, { issuer }) => {
  if (scopes.some(scope => scope.length > 200 || parseScope(scope)?.length !== 1)) {
    return { reason: 'clients/scope', sentence: 'A scope is visible characters without spaces, quotes or backslashes (RFC 6749 §3.3).' }
  }
  const isReserved = scopes.some(isReservedScope)
  if (isReserved && grantTypes.some(type => type !== 'client_credentials')) {
    return {
      reason: 'clients/reserved-scope',
      sentence: 'Scopes that manage Countersign (revocations:…) are for clients with the grant type client_credentials alone.'
    }
  }
  // All of them stand in each of its tokens, and headers that are too long are refused by servers everywhere.
  if ([...audience, ...scopes].join(' ').length > 2000) {
    return { reason: 'clients/too-many', sentence: 'The scopes and audiences of a client are at most 2,000 characters together.' }
  }
  if (!audience.every(item => audiencePattern.test(item))) {
    return { reason: 'clients/audience', sentence: 'An audience is 1 to 200 visible characters without spaces.' }
  }
  // Countersign's own API is the issuer: a token that is not for the issuer could not use such a scope.
  if (isReserved && audience.length > 0 && !audience.includes(issuer)) {
    return {
      reason: 'clients/audience-without-issuer',
      sentence: `The scopes revocations:… are for Countersign itself: name ${issuer} among the audiences, too.`
    }
  }
  return undefined
}
