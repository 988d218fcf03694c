import { isAlgorithmName } from '../algorithms.ts'
import type { VerifierError } from '../errors.ts'
import { refuseOption } from '../refuse-option.ts'
import { isRecord } from '../strict-json.ts'
import type { Verifier, VerifyOptions } from '../verifier.ts'

/** What every adapter is made with. Each TypeError is thrown then (by Fastify, `register` rejects), and begins with the option's name. */
export interface GuardOptions {
  /** The verifier that judges the tokens; anything else is a TypeError. */
  verifier: GuardVerifier
  /** What challenges call this service: printable ASCII without `"` and `\`, or a TypeError. @default the first audience */
  realm?: string | undefined
  /**
   * The URL that names this service, for its metadata (RFC 9728); one of the verifier's audiences, or a TypeError. `false` offers
   * no metadata. @default the verifier's first audience, where that is an https URL, or an http one on a loopback address
   */
  resource?: string | false | undefined
  /** Scopes to tell in the metadata; what no scope can be called is a TypeError. @default none are told */
  scopesSupported?: readonly string[] | undefined
  /** Further members of the metadata, such as `resource_name`; what is no object is a TypeError. @default none */
  metadata?: Readonly<Record<string, unknown>> | undefined
  /**
   * Where clients find this service (`https://api.example`, and no more, or a TypeError): what DPoP proofs are compared with.
   * @default the origin of `resource`
   */
  origin?: string | undefined
  /**
   * What a proxy in front takes off the path (`/api`, without a slash at its end, or a TypeError): clients find this service below
   * it, and DPoP proofs name it. @default nothing
   */
  pathPrefix?: string | undefined
  /**
   * Takes tokens by the scheme `DPoP` (RFC 9449), too, and tells these algorithms; the verifier's `dpop.algorithms`. Other ones, an
   * empty list, and no `origin` beside it are a TypeError. @default the scheme is not taken
   */
  dpopAlgorithms?: readonly string[] | undefined
  /** Takes the token from the field `access_token` of a form, too (RFC 6750 §2.2); no boolean is a TypeError. @default false */
  formToken?: boolean | undefined
  /**
   * The header in which a proxy hands on the client's certificate: in the form of RFC 9440, or as percent-encoded PEM. Only
   * behind a proxy that takes away what clients send by that name. What is no name of a header is a TypeError.
   * @default the certificate of the connection itself
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
  /** Origin and prefix. */
  base: string | undefined
  scopesSupported: readonly string[]
  metadata: Readonly<Record<string, unknown>>
  dpopAlgorithms: readonly string[] | undefined
  formToken: boolean
  certificateHeader: string | undefined
}

/** @throws TypeError, which names the option, for what cannot work */
export function settleOptions(options: GuardOptions): SettledOptions {
  assertOptions(options)
  const { verifier, realm = verifier.audiences[0] ?? '', scopesSupported = [], dpopAlgorithms, metadata = {}, formToken = false } = options
  const { pathPrefix = '' } = options
  const resourceName = nameResource(options)
  const resource = resourceName === undefined ? undefined : new URL(resourceName)
  const origin = options.origin ?? resource?.origin
  assert(dpopAlgorithms === undefined || origin !== undefined, 'origin', 'is needed with dpopAlgorithms: proofs name it')
  assert(pathPrefix === '' || origin !== undefined, 'pathPrefix', 'stands behind an origin: name that, too')
  return {
    verifier, realm, resource, resourceName: resourceName ?? '', scopesSupported, dpopAlgorithms, metadata, formToken,
    base: origin === undefined ? undefined : origin + pathPrefix,
    certificateHeader: options.certificateHeader?.toLowerCase()
  }
}

const optionNames: Readonly<Record<keyof GuardOptions | 'onRefusal', true>> = {
  verifier: true, realm: true, resource: true, scopesSupported: true, metadata: true, origin: true, pathPrefix: true,
  dpopAlgorithms: true, formToken: true, certificateHeader: true, onRefusal: true
}

/** Fastify's own, which every plugin may be registered with. */
const registrationNames = ['prefix', 'logLevel', 'logSerializers']

function assertOptions(options: GuardOptions & { onRefusal?: unknown }): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(optionNames, name) && !registrationNames.includes(name)) refuseOption(name, optionNames)
  }
  const { verifier, realm, origin, pathPrefix, scopesSupported, dpopAlgorithms, metadata, formToken, certificateHeader, onRefusal } = options
  assert(typeof verifier?.verify === 'function', 'verifier', 'is what createVerifier answers')
  assert(realm === undefined || isAttribute(realm), 'realm', 'is printable ASCII without " and \\')
  assert(origin === undefined || (URL.canParse(origin) && new URL(origin).origin === origin), 'origin', 'is like https://api.example, and no more')
  assert(pathPrefix === undefined || isPathPrefix(pathPrefix), 'pathPrefix', 'is like /api, without a slash at its end')
  assert(scopesSupported === undefined || isListOfScopes(scopesSupported), 'scopesSupported', 'lists scopes: ASCII without spaces, " and \\')
  assert(dpopAlgorithms === undefined || isAlgorithmList(dpopAlgorithms), 'dpopAlgorithms', 'lists some of RS256, PS256, ES256, EdDSA')
  assert(metadata === undefined || isRecord(metadata), 'metadata', 'is an object of further members')
  assert(formToken === undefined || typeof formToken === 'boolean', 'formToken', 'is true or false')
  assert(certificateHeader === undefined || isHeaderName(certificateHeader), 'certificateHeader', 'is the name of a header')
  assert(onRefusal === undefined || typeof onRefusal === 'function', 'onRefusal', 'is a function')
}

const requirementNames: Readonly<Record<keyof Requirements, true>> = { scope: true, acrValues: true, maxAge: true, whenStale: true }

/** @throws TypeError, which names it */
export function assertRequirements(requirements: Requirements): void {
  for (const name of Object.keys(requirements)) if (!Object.hasOwn(requirementNames, name)) refuseOption(name, requirementNames)
  const { scope = [], acrValues = [], maxAge, whenStale = 'lookup' } = requirements
  assert((typeof scope === 'string' || Array.isArray(scope)) && listScopes(scope).every(isScope), 'scope', 'has characters that no scope has')
  assert(Array.isArray(acrValues) && acrValues.every(isScope), 'acrValues', 'lists values without spaces, " and \\')
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
function isResource(name: unknown): name is string {
  if (typeof name !== 'string' || !URL.canParse(name) || name.includes('#')) return false
  const url = new URL(name)
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname))
}

const isPathPrefix = (path: unknown): boolean =>
  typeof path === 'string' && /^\/[^/].*[^/]$|^\/[^/]$/.test(path) && new URL(path, 'https://api.example').pathname === path

/** RFC 6750 §3. */
const isAttribute = (text: unknown): text is string => typeof text === 'string' && /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
const isScope = (text: unknown): boolean => isAttribute(text) && !text.includes(' ')
const isListOfScopes = (list: unknown): boolean => Array.isArray(list) && list.every(isScope)
const isAlgorithmList = (list: unknown): boolean => Array.isArray(list) && list.length > 0 && list.every(isAlgorithmName)
/** RFC 9110 §5.1. */
const isHeaderName = (name: unknown): boolean => typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(name)

function assert(holds: boolean, option: string, rule: string): void {
  if (!holds) throw new TypeError(`${option}: it ${rule}`)
}

/** For logs and counts: `error.code` and `error.message` hold no part of a token. */
export type OnRefusal<Request> = (error: VerifierError, request: Request) => void
