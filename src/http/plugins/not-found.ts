import Negotiator from 'negotiator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { openHeaders } from './any-origin.ts'
import type { Pages } from '../pages.ts'
import { sendRefusal } from './error-handler.ts'
import { sendRefusalPage } from './page-errors.ts'

/**
 * 404 for unknown paths and 405 with `Allow` for known ones (RFC 9110 §15.5.6). Register before the routes.
 * @param pages how a person is told, on a listener that has pages
 */
export function addNotFound(app: FastifyInstance, pages?: Pages): void {
  const methodsByPath = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPath.get(url) ?? new Set<string>()
    for (const one of [method].flat()) methods.add(one)
    methodsByPath.set(url, methods)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0]!
    const found = [...methodsByPath].filter(([pattern]) => matches(pattern, path))
    // Behind a wildcard there are preflight requests: it makes no path a known one.
    const isKnown = found.some(([pattern]) => !pattern.endsWith('*'))
    if (isKnown && found.some(([pattern]) => app.openRoutes?.has(pattern))) reply.headers(openHeaders)
    const allow = [...new Set(found.flatMap(([, methods]) => [...methods]))].join(', ')
    const refusal = isKnown
      ? new CountersignError('method_not_allowed', { reason: 'http/method', headers: { allow } })
      : new CountersignError('not_found', { reason: 'http/unknown-path' })
    const isRead = pages !== undefined && !isKnown && isForPerson(request, path)
    return isRead ? sendRefusalPage(refusal, request, { reply, pages }) : sendRefusal(refusal, request, reply)
  })
}

/** A browser that opens an address says that it would rather have HTML; a program says nothing of the kind. */
function isForPerson({ raw, method }: FastifyRequest, path: string): boolean {
  const isOpened = (method === 'GET' || method === 'HEAD') && !path.includes('/api/auth')
  return isOpened && new Negotiator(raw).mediaType(['application/json', 'text/html']) === 'text/html'
}

function matches(pattern: string, path: string): boolean {
  if (pattern.endsWith('*')) return path.startsWith(pattern.slice(0, -1))
  const parts = pattern.split('/')
  const given = path.split('/')
  return parts.length === given.length && parts.every((part, at) => part.startsWith(':') || part === given[at])
}
