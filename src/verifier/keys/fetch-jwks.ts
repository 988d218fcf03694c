import type { VerifierFetch } from '../options.ts'
import { parseStrictJson } from '../strict-json.ts'

/** Fetches a JWKS: little time, little room, no redirect. */

export interface JwksSource {
  uri: string
  fetch: VerifierFetch
  /** Milliseconds. */
  timeout: number
}

const maxBytes = 262_144
const maxDepth = 8

/** @throws Error that says what was wrong */
export async function fetchJwks({ uri, fetch, timeout }: JwksSource): Promise<unknown[]> {
  // Not `error`, which some runtimes do not know; a redirect then is an answer other than 200.
  const signal = AbortSignal.timeout(timeout)
  const answer = await fetch(uri, {
    redirect: 'manual', headers: { accept: 'application/jwk-set+json, application/json' }, signal
  })
  if (answer.status !== 200) {
    void answer.body?.cancel().catch(() => undefined)
    throw new Error(`The JWKS answered with ${answer.status} instead of 200.`)
  }
  const document = parseStrictJson(await readBounded(answer, signal), maxDepth)
  if (!Array.isArray(document?.['keys'])) throw new Error('The JWKS is not JSON with a list of keys.')
  return document['keys'] as unknown[]
}

/** The signal ends it here, too: after a garbage collection Node 20's fetch has forgotten the one that it was given. */
async function readBounded({ body }: Response, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = new Uint8Array(maxBytes)
  const reader = body?.getReader()
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => undefined))
  let size = 0
  for (;;) {
    const chunk = await reader?.read()
    signal.throwIfAborted()
    if (chunk?.value === undefined) return bytes.subarray(0, size)
    if (size + chunk.value.length > maxBytes) {
      void reader?.cancel().catch(() => undefined)
      throw new Error(`The JWKS is longer than ${maxBytes} bytes.`)
    }
    bytes.set(chunk.value, size)
    size += chunk.value.length
  }
}
