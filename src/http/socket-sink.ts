import type { ServerResponse } from 'node:http'
import type { Sink } from '../revocation/feed/stream.ts'

/** Bytes beyond which a peer that does not read is cut off, whatever else happens. */
const mostUnsent = 256 * 1024
/** Milliseconds that a peer has to take the last words. */
const farewell = 1000

/**
 * The bytes of a feed go to the socket itself: what an answer costs beside it would, thousands of times, be more than the
 * streams. The answer ends with the connection (RFC 9112 §6.3).
 * @param onGone called once when the connection is no more
 */
export function openSocketSink(response: ServerResponse, headers: Record<string, string>, onGone: () => void): Sink {
  const socket = response.socket!
  response.shouldKeepAlive = false
  response.useChunkedEncodingByDefault = false
  response.writeHead(200, { ...headers, connection: 'close' })
  response.flushHeaders()
  socket.setNoDelay(true)
  socket.once('close', onGone)
  let onDrain: (() => void) | undefined

  function takeUp(): void {
    const callback = onDrain
    onDrain = undefined
    callback?.()
  }

  return {
    unsent: () => socket.writableLength,
    // bytesWritten counts what waits, too.
    taken: () => socket.bytesWritten - socket.writableLength,
    write(text) {
      if (socket.writable) socket.write(text, 'latin1')
      if (socket.writableLength > mostUnsent) socket.destroy()
    },
    onceDrained(callback) {
      // One listener: a peer that does not read is asked about at each revocation.
      if (onDrain === undefined) socket.once('drain', takeUp)
      onDrain = callback
    },
    end(lastWords) {
      if (socket.writable) socket.end(lastWords)
      setTimeout(() => socket.destroy(), farewell).unref()
    },
    destroy: () => void socket.destroy()
  }
}
