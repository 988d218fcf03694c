import type { Params } from './params.ts'
import { parseScope } from './scope.ts'

/** Resource indicators (RFC 8707 §2): which APIs a request is about, and what can be the identifier of one. */

/** What a request says of the token it wants. */
export interface WantedTarget {
  /** Distinct, in order. Empty: none was named. */
  resources: string[]
  /** Distinct, in order. Undefined: none was named. */
  scopes: string[] | undefined
}

/** Undefined when `scope` is not a scope. What a resource may be is judged with what is registered. */
export function readWantedTarget(params: Params): WantedTarget | undefined {
  const scope = params.get('scope')
  const scopes = scope === undefined ? undefined : parseScope(scope)
  if (scope !== undefined && scopes === undefined) return undefined
  // One space stands between the values of a parameter that repeats: see params.ts.
  const resources = params.get('resource')?.split(' ') ?? []
  return { resources: [...new Set(resources)], scopes }
}

/** Visible ASCII without what a URI cannot hold (RFC 3986 §2). */
const uriText = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x24-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E]+$/
const brokenEscape = /%(?![0-9A-Fa-f]{2})/
/** Browsers read `https:host` as `https://host`, and nobody else does. */
const hasNoAuthority = /^https?:(?!\/\/[^/])/i

/** Why a text cannot identify an API; undefined when it can. The sentence completes "The identifier is refused: it …". */
export function findResourceFault(text: string): string | undefined {
  if (text.length > 200) return 'is longer than 200 characters'
  if (text.includes('#')) return 'has a fragment'
  if (!uriText.test(text) || brokenEscape.test(text) || hasNoAuthority.test(text) || !URL.canParse(text)) {
    return 'is not an absolute URI'
  }
  return undefined
}
