import type { Test } from 'tap'

export interface Inflated {
  /** Decompressors that were made since, and what came out of all of them, in bytes. */
  streams: number
  bytes: number
}

/** Counts what is unpacked in this process until the test ends: the runtime's only way to unpack that the verifier knows of. */
export function countInflated(t: Test): Inflated {
  const inflated: Inflated = { streams: 0, bytes: 0 }
  const Real = globalThis.DecompressionStream
  globalThis.DecompressionStream = class {
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
    readonly writable: WritableStream<BufferSource>

    constructor(format: CompressionFormat) {
      inflated.streams += 1
      const real = new Real(format)
      this.writable = real.writable
      this.readable = countBytes(real.readable, inflated)
    }
  }
  t.teardown(() => { globalThis.DecompressionStream = Real })
  return inflated
}

/** A fetch that tells how much of the longest body was read, unpacked where it came with a `Content-Encoding`. */
export function countFetched(): { longest(): number; fetch: typeof fetch } {
  const bodies: Array<{ bytes: number }> = []
  return {
    longest: () => Math.max(...bodies.map(({ bytes }) => bytes)),
    async fetch(...request) {
      const { body, status, headers } = await fetch(...request)
      const count = { bytes: 0 }
      bodies.push(count)
      return new Response(body && countBytes(body, count), { status, headers })
    }
  }
}

function countBytes(stream: ReadableStream<Uint8Array<ArrayBuffer>>, count: { bytes: number }): ReadableStream<Uint8Array<ArrayBuffer>> {
  return stream.pipeThrough(new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      count.bytes += chunk.length
      controller.enqueue(chunk)
    }
  }))
}
