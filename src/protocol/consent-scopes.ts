/**
 * What a person is asked to allow, as a page shows it. An item is a scope of the issuer by its name, one of an API as
 * `<identifier> <scope>`, nothing behind the space for the API alone, or a single claim as `claim <name>`: no identifier of an
 * API is a bare word.
 */
export interface ConsentScope {
  name: string
  /** The name of the API that it belongs to. */
  api: string | undefined
}

export function consentScopes(items: readonly string[], nameOfApi: (identifier: string) => string): ConsentScope[] {
  return items.map(item => {
    const [subject, scope] = item.split(' ') as [string, string?]
    if (scope === undefined) return { name: subject, api: undefined }
    if (subject === 'claim') return { name: scope, api: undefined }
    const api = nameOfApi(subject)
    return { name: scope || api, api }
  })
}
