import type { FastifyInstance } from 'fastify'
import { CountersignError } from '../../protocol/errors.ts'
import { openHeaders } from './any-origin.ts'
import { sendRefusal } from './error-handler.ts'

/** 404 for unknown paths and 405 with `Allow` for known ones (RFC 9110 §15.5.6). Register before the routes. */
export function addNotFound(app: FastifyInstance): void {
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
    return sendRefusal(refusal, request, reply)
  })
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/')
  const given = path.split('/')
  return parts.length === given.length && parts.every((part, at) => part.startsWith(':') || part === given[at])
}
