import type { VerifierError } from '../errors.ts'
import type { Verifier, VerifyOptions } from '../verifier.ts'

/** What every adapter is made with. */
export interface GuardOptions {
  /** The verifier that judges the tokens. */
  verifier: GuardVerifier
  /** What challenges call this service. Printable ASCII without `"` and `\`. @default the verifier's first audience */
  realm?: string | undefined
  /**
   * The URL that names this service, for its metadata (RFC 9728); one of the verifier's audiences. `false` offers no
   * metadata. @default the verifier's first audience, where that is an https URL, or an http one on a loopback address
   */
  resource?: string | false | undefined
  /** Scopes to tell in the metadata. @default none are told */
  scopesSupported?: readonly string[] | undefined
  /** Further members of the metadata, such as `resource_name`. @default none */
  metadata?: Readonly<Record<string, unknown>> | undefined
  /** Where clients find this service (`https://api.example`): what DPoP proofs are compared with. @default the origin of `resource` */
  origin?: string | undefined
  /** Takes tokens by the scheme `DPoP` (RFC 9449), too, and tells these algorithms; the verifier's `dpop.algorithms`.
   * @default the scheme is not taken */
  dpopAlgorithms?: readonly string[] | undefined
  /** Takes the token from the field `access_token` of a form, too (RFC 6750 §2.2). @default false */
  formToken?: boolean | undefined
  /**
   * The header in which a proxy hands on the client's certificate: in the form of RFC 9440, or as percent-encoded PEM. Only
   * behind a proxy that takes away what clients send by that name. @default the certificate of the connection itself
   */
  certificateHeader?: string | undefined
}

/** What adapters use of a verifier. */
export type GuardVerifier = Pick<Verifier, 'verify' | 'issuer' | 'audiences'> & Partial<Pick<Verifier, 'announce'>>

/** What a route asks of a token, over its being good. */
export type Requirements = Pick<VerifyOptions, 'scope' | 'acrValues' | 'maxAge' | 'whenStale'>

export interface SettledOptions {
  verifier: GuardOptions['verifier']
  realm: string
  resource: URL | undefined
  /** As it was written: clients compare it character by character. */
  resourceName: string
  origin: string | undefined
  scopesSupported: readonly string[]
  metadata: Readonly<Record<string, unknown>>
  dpopAlgorithms: readonly string[] | undefined
  formToken: boolean
  certificateHeader: string | undefined
}

/** @throws TypeError, which names the option, for what cannot work */
export function settleOptions(options: GuardOptions): SettledOptions {
  const { verifier, realm = verifier.audiences[0] ?? '', scopesSupported = [], dpopAlgorithms } = options
  const resourceName = nameResource(options)
  const resource = resourceName === undefined ? undefined : new URL(resourceName)
  const origin = options.origin ?? resource?.origin
  assert(options.realm === undefined || isAttribute(realm), 'realm', 'is printable ASCII without " and \\')
  assert(origin === undefined || (URL.canParse(origin) && new URL(origin).origin === origin), 'origin', 'is like https://api.example, and no more')
  assert(scopesSupported.every(isScope), 'scopesSupported', 'lists scopes: ASCII without spaces, " and \\')
  assert(dpopAlgorithms === undefined || origin !== undefined, 'origin', 'is needed with dpopAlgorithms: proofs name it')
  return {
    verifier, realm, resource, resourceName: resourceName ?? '', origin, scopesSupported, dpopAlgorithms,
    metadata: options.metadata ?? {}, formToken: options.formToken ?? false,
    certificateHeader: options.certificateHeader?.toLowerCase()
  }
}

const known: readonly string[] = ['scope', 'acrValues', 'maxAge', 'whenStale'] satisfies Array<keyof Requirements>

/** A misspelt requirement must not leave a route open. @throws TypeError, which names it */
export function assertRequirements(requirements: Requirements): void {
  for (const name of Object.keys(requirements)) assert(known.includes(name), name, `is no requirement: use ${known.join(', ')}`)
  const { scope = [], acrValues = [], maxAge, whenStale = 'lookup' } = requirements
  assert(listScopes(scope).every(isScope), 'scope', 'has characters that no scope has')
  assert(acrValues.every(isScope), 'acrValues', 'lists values without spaces, " and \\')
  assert(maxAge === undefined || (Number.isSafeInteger(maxAge) && maxAge >= 0), 'maxAge', 'is a whole number of seconds')
  assert(['lookup', 'reject', 'accept'].includes(whenStale), 'whenStale', 'is lookup, reject or accept')
}

export function listScopes(scope: string | readonly string[]): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter(name => name !== '') : scope
}

function nameResource({ resource, verifier }: GuardOptions): string | undefined {
  if (resource === false) return undefined
  if (resource === undefined) return verifier.audiences.slice(0, 1).find(isResource)
  assert(isResource(resource), 'resource', 'is an https URL without a fragment (http on a loopback address)')
  assert(verifier.audiences.includes(resource), 'resource', 'is one of the audiences of the verifier')
  return resource
}

/** RFC 9728 §1.2. */
function isResource(name: string): boolean {
  if (!URL.canParse(name) || name.includes('#')) return false
  const url = new URL(name)
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
}

/** RFC 6750 §3. */
const isAttribute = (text: string): boolean => /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
const isScope = (text: string): boolean => isAttribute(text) && !text.includes(' ')

function assert(holds: boolean, option: string, rule: string): void {
  if (!holds) throw new TypeError(`${option}: it ${rule}`)
}

/** For logs and counts: `error.code` and `error.message` hold no part of a token. */
export type OnRefusal<Request> = (error: VerifierError, request: Request) => void
