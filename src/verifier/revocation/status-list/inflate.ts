import { readBytes } from '../issuer/read-body.ts'

/** Unpacks zlib data (RFC 1950). Throws where it is broken, or longer than it may be: a little can unpack to very much. */
export async function inflate(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  const unpacking = new DecompressionStream('deflate')
  const writer = unpacking.writable.getWriter()
  // What fails is told by the other end, too.
  const written = writer.write(packed as Uint8Array<ArrayBuffer>).then(() => writer.close()).catch(() => undefined)
  const reader = unpacking.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>
  try {
    return await readBytes(chunksOf(reader), maxLength)
  } finally {
    await reader.cancel().catch(() => undefined)
    await written
  }
}

async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
