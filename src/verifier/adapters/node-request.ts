import type { GuardedRequest } from './guard.ts'

/** What Node's requests, those of HTTP/2 and those of test tools have in common, without Node's own types. */
export interface NodeRequest {
  method?: string | undefined
  url?: string | undefined
  headers: Readonly<Record<string, string | string[] | undefined>>
  rawHeaders?: readonly string[] | undefined
  socket?: object | null | undefined
}

export interface NodeRequestView {
  /** As the client sent it, where a framework has shortened the request's own. */
  url: string
  /** What a body parser has made of the body. */
  body: unknown
  takesForm: boolean
}

export function guardNodeRequest(request: NodeRequest, { url, body, takesForm }: NodeRequestView): GuardedRequest {
  return {
    method: request.method ?? 'GET',
    url,
    headerLines: name => linesOf(request, name),
    formToken: takesForm ? readForm(request, body) : undefined,
    connectionCertificate: () => readCertificate(request.socket)
  }
}

function linesOf({ headers, rawHeaders = [] }: NodeRequest, name: string): readonly string[] {
  // Node drops a repeated Authorization from `headers` without a word; RFC 6750 §3.1 wants it refused.
  const raw = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]!.toLowerCase() === name)
  if (raw.length > 1) return raw
  // What other middleware has put there counts.
  const value = headers[name]
  return value === undefined ? [] : [value].flat()
}

/** RFC 6750 §2.2: a form of one part, and never with GET. */
function readForm({ method, headers }: NodeRequest, body: unknown): unknown {
  const type = [headers['content-type'] ?? ''].flat()[0]!
  if (method === 'GET' || !/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) return undefined
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['access_token'] : undefined
}

interface TlsSocket {
  getPeerCertificate?(): { raw?: Uint8Array } | null
}

/** That the client holds its private key is what TLS has proved, whoever issued it (RFC 8705 §2.2). */
function readCertificate(socket: object | null | undefined): Uint8Array | undefined {
  return (socket as TlsSocket | null | undefined)?.getPeerCertificate?.()?.raw
}
