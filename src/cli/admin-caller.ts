import { CommandError } from './command.ts'

/**
 * The admin API as the commands call it. Every method throws CommandError with the service's own sentence on
 * refusal.
 */
export interface AdminCaller {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: object): Promise<T>
  patch<T>(path: string, body: object): Promise<T>
  remove<T>(path: string): Promise<T>
  close(): Promise<void>
}

/** One request and its answer, over whatever way there is. */
export type Send = (request: AdminRequest) => Promise<{ status: number; body: string }>

export interface AdminRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  headers: Record<string, string>
  /** JSON text. */
  body: string | undefined
}

export interface AdminCallerOptions {
  token: string
  send: Send
  close(): Promise<void>
}

export function createAdminCaller({ token, send, close }: AdminCallerOptions): AdminCaller {
  async function call<T>(method: AdminRequest['method'], path: string, body?: object): Promise<T> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' })
    }
    const answer = await send({ method, path, headers, body: body && JSON.stringify(body) })
    const parsed = parse(answer.body)
    if (answer.status < 300) return parsed as T
    throw new CommandError(describeRefusal(answer.status, parsed), answer.status)
  }

  return {
    get: path => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    remove: path => call('DELETE', path),
    close
  }
}

function describeRefusal(status: number, body: unknown): string {
  const { error } = (body ?? {}) as { error?: unknown }
  const sentence = typeof error === 'string' ? error : `The service answered ${status}.`
  if (status === 401) {
    return `${sentence} The running service has another one: ` +
      'use the KEYS_DIR or ADMIN_TOKEN_FILE that it was started with.'
  }
  if (status === 503) return `${sentence} "countersign doctor" says which part is away.`
  return status >= 500 ? `${sentence} The reason is in the log.` : sentence
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
