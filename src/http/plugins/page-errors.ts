import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../../ports/metrics.ts'
import { errorTable, type CountersignError, type ErrorCode } from '../../protocol/errors.ts'
import { renderErrorPage, type ErrorPageKind } from '../../web/error-page.tsx'
import type { LanguagesOfWay } from '../languages-of-way.ts'
import { pageContextOf } from '../locale.ts'
import type { Pages } from '../pages.ts'
import { sendPage } from '../send-page.ts'
import { noteRefusal, toRefusal } from './error-handler.ts'

export interface PageErrorOptions {
  pages: Pages
  metrics: Metrics
  languagesOfWay: LanguagesOfWay
}

/** Where a person looks on, whatever was thrown becomes a page. It says our own words, never the request's. */
export function addPageErrors(app: FastifyInstance, { pages, metrics, languagesOfWay }: PageErrorOptions): void {
  app.setErrorHandler(async (error: FastifyError | CountersignError, request, reply) => {
    const refusal = toRefusal(error)
    noteRefusal(refusal, request, metrics)
    request.uiLocales = await languagesOfWay(request, refusal)
    return sendRefusalPage(refusal, request, { reply, pages })
  })
}

export function sendRefusalPage(
  refusal: CountersignError, request: FastifyRequest, { reply, pages }: { reply: FastifyReply; pages: Pages }
): FastifyReply {
  const { status, oauth } = errorTable[refusal.code]
  if (refusal.retryAfter !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(refusal.retryAfter))))
  const page = renderErrorPage(
    { kind: kindOf(refusal), error: oauth, detail: refusal.message, reference: request.id }, pageContextOf(request, pages))
  return sendPage(reply, page, { status })
}

const kindsByCode: Partial<Record<ErrorCode, ErrorPageKind>> = {
  server_error: 'server-error', temporarily_unavailable: 'unavailable', rate_limited: 'too-many', not_found: 'not-found',
  cross_site_request: 'expired-form'
}

const kindsByReason: Record<string, ErrorPageKind> = {
  'authorize/unknown-client': 'unknown-client', 'authorize/bad-redirect-uri': 'bad-redirect-uri',
  'authorize/no-redirect-uri': 'bad-redirect-uri'
}

function kindOf({ code, reason }: CountersignError): ErrorPageKind {
  return kindsByReason[reason] ?? kindsByCode[code] ?? 'malformed'
}
