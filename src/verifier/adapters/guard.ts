import { VerifierError } from '../errors.ts'
import type { VerifiedToken, VerifyOptions } from '../verifier.ts'
import { assertRequirements, settleOptions, type GuardOptions, type Requirements } from './guard-options.ts'
import { readCredentials, type Credentials } from './read-credentials.ts'
import { readProxyCertificate } from './proxy-certificate.ts'
import { renderRefusal, type Answer } from './refusal.ts'
import { createResourceMetadata, type ResourceMetadata } from './resource-metadata.ts'

/**
 * What stands between a request and a route, the same for every framework: reads the token out of the request, has it
 * verified, and says in the words of RFC 6750 why not. This folder knows HTTP and frameworks; it knows nothing of
 * signatures, keys or revocations.
 */
export interface Guard {
  check(request: GuardedRequest, requirements?: Requirements): Promise<GuardResult>
  /** Says that requests will have these requirements. */
  announce(requirements: Requirements): void
  /** Undefined where the resource has no URL of its own. */
  metadata: ResourceMetadata | undefined
}

/** The token, or the answer that refuses the request. */
export type GuardResult = { token: VerifiedToken } | Answer & { token?: undefined; error: VerifierError }

export interface GuardedRequest {
  method: string
  /** Path and query, or the whole URL. */
  url: string
  /** Every line of a header, by its name in lower case. */
  headerLines(name: string): readonly string[]
  /** What a form has in `access_token`; undefined where there is none. */
  formToken?: unknown
  /** Of the TLS connection, DER. Read only for a token that is bound to one. */
  connectionCertificate?(): Uint8Array | undefined
}

export function createGuard(options: GuardOptions): Guard {
  const settled = settleOptions(options)
  const metadata = settled.resource === undefined ? undefined : createResourceMetadata(settled)
  const context = { ...settled, metadataUrl: metadata?.url }
  return {
    metadata,
    announce({ whenStale }) {
      if (whenStale !== undefined) settled.verifier.announce?.({ whenStale })
    },
    async check(request, requirements = {}) {
      let credentials: Credentials | undefined
      try {
        credentials = readCredentials(request, settled)
        const presented = { ...requirements, request: presentRequest(request, { credentials, ...settled }) }
        return { token: await settled.verifier.verify(credentials.token, presented) }
      } catch (error) {
        if (!(error instanceof VerifierError)) throw error
        return { ...renderRefusal(error, { ...context, requirements, scheme: credentials?.scheme ?? 'Bearer' }), error }
      }
    }
  }
}

/** `protect`, as the adapters for frameworks offer it: what cannot work is told when the route is made, and so is its rule. */
export function bindRequirements(guard: Guard, requirements: Requirements = {}): (request: GuardedRequest) => Promise<GuardResult> {
  assertRequirements(requirements)
  guard.announce(requirements)
  return request => guard.check(request, requirements)
}

interface Presentation {
  credentials: Credentials
  base: string | undefined
  certificateHeader: string | undefined
}

function presentRequest(request: GuardedRequest, presentation: Presentation): NonNullable<VerifyOptions['request']> {
  const { credentials, base, certificateHeader } = presentation
  return {
    method: request.method,
    url: placeAt(base, request.url),
    scheme: credentials.scheme,
    dpop: request.headerLines('dpop'),
    // Opening a certificate costs more than verifying a token: only when the verifier asks.
    get clientCertificate() {
      return certificateHeader === undefined
        ? request.connectionCertificate?.()
        : readProxyCertificate(request.headerLines(certificateHeader))
    }
  }
}

/** Who asks chooses the Host header, and may send a whole URL as the request's target: neither says where we are. */
function placeAt(base: string | undefined, url: string): string {
  if (base === undefined) return url
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  return `${base}${path.startsWith('/') ? '' : '/'}${path}`
}
