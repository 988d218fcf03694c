import { withoutAddress } from './consent-address.ts'

/**
 * What a person is asked to allow, as a page shows it. An item is a scope of the issuer by its name, one of an API as
 * `<identifier> <scope>`, nothing behind the space for the API alone, or a single claim as `claim <name>`: no identifier of an
 * API is a bare word. The address that it is all sent to is said beside it.
 */
export type ConsentScope =
  | { kind: 'scope' | 'claim'; name: string }
  /** `api` is its name; without a scope it is the API as a whole. */
  | { kind: 'api'; api: string; scope: string | undefined }

export function consentScopes(items: readonly string[], nameOfApi: (identifier: string) => string): ConsentScope[] {
  return items.map(withoutAddress).map(item => {
    const [subject, scope] = item.split(' ') as [string, string?]
    if (scope === undefined) return { kind: 'scope', name: subject }
    if (subject === 'claim') return { kind: 'claim', name: scope }
    return { kind: 'api', api: nameOfApi(subject), scope: scope || undefined }
  })
}
