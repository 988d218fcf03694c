import type { SettledOptions } from './guard-options.ts'
import { jsonType, type Answer } from './refusal.ts'

/** What this service says of itself to clients that know nothing but its URL (RFC 9728). */
export interface ResourceMetadata {
  /** Where it is, for challenges. */
  url: string
  /** Where to serve it. */
  path: string
  /** To GET, HEAD and, for pages of other sites, OPTIONS. */
  answer(method: string): Answer
}

const suffix = '/.well-known/oauth-protected-resource'

/** Pages of every site may read it: clients in browsers must. */
const open = { 'access-control-allow-origin': '*' }

export function createResourceMetadata(options: SettledOptions): ResourceMetadata {
  const { origin, pathname, search } = options.resource!
  // RFC 9728 §3.1: between the host and the path, without the slash that ends the host.
  const path = suffix + (pathname === '/' ? '' : pathname)
  const body = JSON.stringify(describe(options))
  const described = { 'content-type': jsonType, 'cache-control': 'public, max-age=3600', ...open }
  return {
    url: `${origin}${path}${search}`,
    path,
    answer(method) {
      if (method === 'GET' || method === 'HEAD') return { status: 200, headers: { ...described }, body }
      const allowed = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*', 'access-control-max-age': '86400' }
      if (method === 'OPTIONS') return { status: 204, headers: { ...open, ...allowed }, body: undefined }
      return { status: 405, headers: { allow: 'GET, HEAD, OPTIONS' }, body: undefined }
    }
  }
}

function describe({ verifier, resourceName, scopesSupported, formToken, dpopAlgorithms, metadata }: SettledOptions) {
  const own = {
    resource: resourceName,
    authorization_servers: [verifier.issuer],
    ...(scopesSupported.length > 0 && { scopes_supported: scopesSupported }),
    bearer_methods_supported: formToken ? ['header', 'body'] : ['header'],
    ...(dpopAlgorithms && { dpop_signing_alg_values_supported: dpopAlgorithms })
  }
  // Further members come after ours, and take the place of none: another `resource` would be another's document (RFC 9728 §3.3).
  return { ...own, ...metadata, ...own }
}
