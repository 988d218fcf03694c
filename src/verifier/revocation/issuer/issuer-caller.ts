import type { VerifierClock, VerifierFetch } from '../../options.ts'
import { orAborted } from '../../or-aborted.ts'
import type { ClientToken } from './client-token.ts'
import type { IssuerTime } from './issuer-time.ts'
import { UnexpectedAnswer } from './unexpected-answer.ts'

/** Asks the service as the verifier's client. */
export interface IssuerCaller {
  /** Throws `UnexpectedAnswer` for another status than the one that is expected. */
  call(path: string, request: IssuerCall): Promise<IssuerAnswer>
}

export interface IssuerCall {
  method?: 'GET' | 'POST' | 'DELETE'
  headers?: Record<string, string>
  json?: object
  signal: AbortSignal
  expected: 200 | 204
}

export interface IssuerAnswer {
  response: Response
  /** Monotonic milliseconds, of the moment before the request left. */
  sentAt: number
  /** The token that it was sent with. */
  forgetToken(): void
}

export interface IssuerCallerOptions {
  /** Of the service, without a slash at its end. */
  url: string
  token: ClientToken
  fetch: VerifierFetch
  clock: Pick<VerifierClock, 'monotonic'>
  time: IssuerTime
}

export function createIssuerCaller(options: IssuerCallerOptions): IssuerCaller {
  const { url, token, fetch, clock, time } = options

  async function send(path: string, request: IssuerCall): Promise<IssuerAnswer> {
    const { method = 'GET', headers = {}, json, signal } = request
    const bearer = await orAborted(token.get(), signal)
    const sentAt = clock.monotonic()
    const response = await orAborted(fetch(url + path, {
      method,
      headers: {
        ...headers, authorization: `Bearer ${bearer}`, ...(json !== undefined && { 'content-type': 'application/json' })
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      // The token is for this service alone. Not `error`, which some runtimes do not know: a redirect is no answer that is expected.
      redirect: 'manual',
      signal
    }), signal)
    time.note(response)
    return { response, sentAt, forgetToken: () => token.forget(bearer) }
  }

  return {
    async call(path, request) {
      let answer = await send(path, request)
      if (answer.response.status === 401) {
        // It may have been revoked, or the clocks differ: another one tells.
        answer.forgetToken()
        void answer.response.body?.cancel().catch(() => undefined)
        answer = await send(path, request)
      }
      if (answer.response.status !== request.expected) {
        throw new UnexpectedAnswer(path.replace(/\?.*$/, ''), answer.response)
      }
      return answer
    }
  }
}
