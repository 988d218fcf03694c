import type { VerifiedToken } from '../verifier.ts'
import { bindRequirements, createGuard } from './guard.ts'
import type { GuardOptions, OnRefusal, Requirements } from './guard-options.ts'
import { guardNodeRequest, type NodeRequest } from './node-request.ts'
import type { Answer } from './refusal.ts'

export type { GuardOptions, Requirements }

declare global {
  // The name that Express leaves open for this.
  namespace Express {
    interface Request {
      /** The verified token, behind `protect`. */
      token?: VerifiedToken
    }
  }
}

/** For Express 5, which it is tested with; it needs no more than `(request, response, next)`. */
export interface ExpressGuard {
  /** Middleware that lets nobody pass without a good token, and leaves it in `request.token`. */
  protect(requirements?: Requirements): Middleware
  /** Middleware that serves the metadata (RFC 9728): for the whole app, before its routes. */
  metadata: Middleware
}

export interface ExpressGuardOptions extends GuardOptions {
  onRefusal?: OnRefusal<ExpressRequest> | undefined
}

export interface ExpressRequest extends NodeRequest {
  originalUrl?: string
  body?: unknown
  token?: VerifiedToken
}

export interface ExpressResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

export type Middleware = (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void) => void

export function createExpressGuard(options: ExpressGuardOptions): ExpressGuard {
  const guard = createGuard(options)
  const { onRefusal, formToken: takesForm = false } = options
  const view = (request: ExpressRequest) =>
    guardNodeRequest(request, { url: urlOf(request), body: request.body, takesForm })
  return {
    protect(requirements) {
      const check = bindRequirements(guard, requirements)
      const pass = async (request: ExpressRequest, response: ExpressResponse): Promise<boolean> => {
        const result = await check(view(request))
        if (result.token === undefined) {
          onRefusal?.(result.error, request)
          send(response, result)
          return false
        }
        request.token = result.token
        return true
      }
      // What `next` throws is not ours to catch.
      return (request, response, next) => void pass(request, response).then(passed => { if (passed) next() }, next)
    },
    metadata(request, response, next) {
      if (guard.metadata === undefined || urlOf(request).replace(/\?.*$/s, '') !== guard.metadata.path) return next()
      send(response, guard.metadata.answer(request.method ?? 'GET'))
    }
  }
}

const urlOf = ({ originalUrl, url }: ExpressRequest): string => originalUrl ?? url ?? '/'

function send(response: ExpressResponse, { status, headers, body }: Answer): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}
