import type { Answer, RouteSchema } from '../../http/schemas/answer.ts'
import { refusals } from '../../http/schemas/refusals.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { adminTags } from './admin-tags.ts'

interface AdminRoute {
  tag: keyof typeof adminTags
  summary: string
  body?: object
  querystring?: object
  /** By status. */
  answers: Record<number, Answer>
  /** Beside what every admin route may refuse. */
  refuses?: ErrorCode[]
}

/** The schema of a route behind the admin token. Of a request it is the rule; answers it describes (ADR 14). */
export function adminSchema({ tag, summary, answers, refuses = [], ...request }: AdminRoute): RouteSchema {
  return {
    tags: [adminTags[tag].name], summary, security: [{ adminToken: [] }], ...request,
    response: { ...answers, ...refusals('api', ...guards, ...refuses, 'temporarily_unavailable') }
  }
}

const guards = ['token_missing', 'invalid_token', 'cross_site_request'] as const
