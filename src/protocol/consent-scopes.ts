/**
 * What a person is asked to allow, as a page shows it. An item is a scope of the issuer by its name, one of an API as
 * `<identifier> <scope>`, nothing behind the space for the API alone, or a single claim as `claim:<name>`.
 */
export interface ConsentScope {
  name: string
  /** The name of the API that it belongs to. */
  api: string | undefined
}

export function consentScopes(items: readonly string[], nameOfApi: (identifier: string) => string): ConsentScope[] {
  return items.map(item => {
    const space = item.indexOf(' ')
    if (space === -1) return { name: item.replace(/^claim:/, ''), api: undefined }
    const api = nameOfApi(item.slice(0, space))
    return { name: item.slice(space + 1) || api, api }
  })
}
