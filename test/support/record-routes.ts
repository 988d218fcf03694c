import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'

/** `METHOD /path` of every route that the apps which the work creates register, as the framework itself tells of them. */
export async function recordRoutes(work: () => Promise<unknown>): Promise<string[]> {
  const routes: string[] = []
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => void routes.push(...[method].flat().map(each => `${each} ${url}`)))
  }
  subscribe('fastify.initialization', watch)
  try {
    await work()
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
  return routes
}
