/**
 * The chunks of an answer; whoever stops reading ends the request. So does the signal, here once more: after a garbage
 * collection Node 20's fetch has forgotten the one that it was given, and would wait for ever for a peer that is no more.
 */
export async function* readChunks(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop)
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    signal.removeEventListener('abort', stop)
    // Of a stream that has failed nobody needs to hear a second time.
    await reader.cancel().catch(() => undefined)
  }
}

/** The whole of it. Throws where it is longer than it may be: what the other side sends must not fill the memory. */
export async function readBytes(chunks: AsyncIterable<Uint8Array>, maxLength: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > maxLength) throw new Error(`more than ${maxLength} bytes came`)
    parts.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

export interface BodyBounds {
  maxLength: number
  signal: AbortSignal
}

export async function readBodyText(response: Response, { maxLength, signal }: BodyBounds): Promise<string> {
  return new TextDecoder().decode(await readBytes(readChunks(response, signal), maxLength))
}

/** An object, as every answer of the service is. */
export async function readBodyJson(response: Response, bounds: BodyBounds): Promise<Record<string, unknown>> {
  return parseObject(await readBodyText(response, bounds))
}

export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the answer is no JSON object')
  return value as Record<string, unknown>
}
