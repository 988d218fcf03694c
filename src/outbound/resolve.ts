import { Resolver } from 'node:dns/promises'

/** The addresses of a host name; none when it has none. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<string[]>

/**
 * Asks DNS. Not the system's own look-up: that would hold a thread of libuv's pool for as long as a slow name server
 * likes, and signing waits in the same pool.
 */
export const resolve: Resolve = async (hostname, signal) => {
  // RFC 6761 §6.3: a name that no server is asked about.
  if (/(^|\.)localhost\.?$/.test(hostname)) return ['127.0.0.1']
  const resolver = new Resolver()
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel)
  try {
    const found = await Promise.all([resolver.resolve4(hostname), resolver.resolve6(hostname)].map(orNone))
    return found.flat()
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Most names have addresses of one family alone. */
async function orNone(answer: Promise<string[]>): Promise<string[]> {
  return answer.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return []
    throw error
  })
}
