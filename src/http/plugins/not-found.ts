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
    const [url, methods] = [...methodsByPath].find(([pattern]) => !pattern.includes('*') && matches(pattern, path)) ?? []
    if (url !== undefined && app.openRoutes?.has(url)) reply.headers(openHeaders)
    const refusal = methods === undefined
      ? new CountersignError('not_found', { reason: 'http/unknown-path' })
      : new CountersignError('method_not_allowed', { reason: 'http/method', headers: { allow: [...methods].join(', ') } })
    const isRead = pages !== undefined && methods === undefined && isForPerson(request, path)
    return isRead ? sendRefusalPage(refusal, request, { reply, pages }) : sendRefusal(refusal, request, reply)
  })
}

/** A browser that opens an address says that it would rather have HTML; a program says nothing of the kind. */
function isForPerson({ raw, method }: FastifyRequest, path: string): boolean {
  const isOpened = (method === 'GET' || method === 'HEAD') && !path.includes('/api/auth')
  return isOpened && new Negotiator(raw).mediaType(['application/json', 'text/html']) === 'text/html'
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/')
  const given = path.split('/')
  return parts.length === given.length && parts.every((part, at) => part.startsWith(':') || part === given[at])
}
