/**
 * What came of asking an address of this machine; `silent` when something took the connection but gave no
 * HTTP answer.
 */
export type Answer = { status: number; body: unknown } | 'refused' | 'silent'

/** Milliseconds. */
const patience = 2000

export async function probe(url: string): Promise<Answer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'manual' })
    return { status: answer.status, body: await answer.json().catch(() => undefined) }
  } catch (error) {
    const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code
    return code === 'ECONNREFUSED' ? 'refused' : 'silent'
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
