import { listScopes, type Requirements } from './guard-options.ts'

/** `WWW-Authenticate` (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1). */
export interface ChallengeContext {
  realm: string
  metadataUrl: string | undefined
  dpopAlgorithms: readonly string[] | undefined
  /** The one that the request used. */
  scheme: 'Bearer' | 'DPoP'
  requirements: Requirements
}

/** None of it where nothing was shown: who did not try has made no error. */
export interface ChallengeError {
  error: string
  description: string
}

export function renderChallenge(context: ChallengeContext, problem: ChallengeError | undefined): string {
  const { realm, metadataUrl, dpopAlgorithms } = context
  const said = { realm, error: problem?.error, error_description: problem?.description, ...tellNeeds(context, problem) }
  const where = { resource_metadata: metadataUrl }
  const algs = { algs: dpopAlgorithms?.join(' ') }
  if (context.scheme === 'DPoP') return renderScheme('DPoP', { ...said, ...algs, ...where })
  const bearer = renderScheme('Bearer', { ...said, ...where })
  return dpopAlgorithms === undefined ? bearer : `${bearer}, ${renderScheme('DPoP', algs)}`
}

function tellNeeds({ requirements }: ChallengeContext, problem: ChallengeError | undefined): Record<string, string | undefined> {
  const { scope = [], acrValues, maxAge } = requirements
  if (problem?.error === 'insufficient_scope') return { scope: listScopes(scope).join(' ') }
  if (problem?.error !== 'insufficient_user_authentication') return {}
  return { acr_values: acrValues?.join(' '), max_age: maxAge === undefined ? undefined : String(maxAge) }
}

function renderScheme(scheme: string, attributes: Record<string, string | undefined>): string {
  const told = Object.entries(attributes).flatMap(([name, value]) => value === undefined ? [] : [`${name}=${quote(value)}`])
  return `${scheme} ${told.join(', ')}`
}

/** Whatever could end the attribute, or the header, is left out; so is what would make the header too long for a proxy. */
const quote = (value: string): string => `"${value.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '').slice(0, 1000)}"`
