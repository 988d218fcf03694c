import type { VerifierError } from '../errors.ts'
import { createGuard, type GuardResult } from './guard.ts'
import { assertRequirements, type GuardOptions, type Requirements } from './guard-options.ts'
import type { Answer } from './refusal.ts'

export type { GuardOptions, GuardResult, Requirements, Answer, VerifierError }

/**
 * For everything without an adapter of its own (Deno, plain `node:http`, functions): headers in, the token or the answer out. In
 * workers, where I/O is tied to one request, with a verifier of the mode `none`, or with one for each request and no feed; a feed can
 * be followed in a durable object.
 *
 *     const result = await guard.check(request.headers, { scope: 'orders:read' })
 *     if (result.token === undefined) return new Response(result.body, result)
 */
export interface HeadersGuard {
  check(headers: AnyHeaders, options?: CheckHeadersOptions): Promise<GuardResult>
  /** The answer to a request for the metadata (RFC 9728), or undefined when the URL is another. */
  metadata(url: string, method?: string): Answer | undefined
}

/** `Headers`, or an object of them: lists where one came more than once, as in Node's `request.headersDistinct`. */
export type AnyHeaders = HeadersLike | Readonly<Record<string, string | readonly string[] | undefined>>

interface HeadersLike {
  get(name: string): string | null
}

export interface CheckHeadersOptions extends Requirements {
  /** For tokens that are bound to a key. @default GET */
  method?: string | undefined
  /** The same: the whole URL, or path and query. @default / */
  url?: string | undefined
  /** Of the TLS connection, DER. */
  clientCertificate?: Uint8Array | undefined
}

export function createHeadersGuard(options: Omit<GuardOptions, 'formToken'>): HeadersGuard {
  const guard = createGuard(options)
  return {
    async check(headers, { method = 'GET', url = '/', clientCertificate, ...requirements } = {}) {
      assertRequirements(requirements)
      return guard.check({
        method, url, headerLines: name => linesOf(headers, name), connectionCertificate: () => clientCertificate
      }, requirements)
    },
    metadata(url, method = 'GET') {
      const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
      return path === guard.metadata?.path ? guard.metadata.answer(method) : undefined
    }
  }
}

function linesOf(headers: AnyHeaders, name: string): readonly string[] {
  if (isHeaders(headers)) return [headers.get(name) ?? []].flat()
  // Functions in the cloud get names in any case.
  return Object.entries(headers).flatMap(([key, value]) => key.toLowerCase() === name ? value ?? [] : [])
}

const isHeaders = (headers: AnyHeaders): headers is HeadersLike => typeof headers['get'] === 'function'
