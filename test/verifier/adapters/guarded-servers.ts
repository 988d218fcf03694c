import { createServer } from 'node:http'
import { parse } from 'node:querystring'
import express from 'express'
import Fastify from 'fastify'
import type { Test } from 'tap'
import { createExpressGuard } from '../../../src/verifier/adapters/express.ts'
import { fastifyGuard } from '../../../src/verifier/adapters/fastify.ts'
import type { GuardOptions, Requirements } from '../../../src/verifier/adapters/guard-options.ts'
import { createHeadersGuard } from '../../../src/verifier/adapters/headers.ts'
import type { VerifierError } from '../../../src/verifier/errors.ts'
import type { Verifier } from '../../../src/verifier/verifier.ts'
import { listen } from '../../support/listen.ts'

/** One small service behind each adapter, on a port of its own: whatever is asked, all must give the same answer. */
export interface GuardedServer {
  url: string
  /** Why requests were refused, in their order. */
  refusals: VerifierError[]
}

export interface ServerOptions extends Omit<GuardOptions, 'verifier'> {
  verifier: Verifier
  port?: number
}

/** Each route and what it asks for; all answer with `sub` and the scopes. */
const routes: Record<string, Requirements> = {
  '/orders': {},
  '/orders/write': { scope: 'orders:read orders:write' },
  '/payments': { acrValues: ['urn:example:gold', 'urn:example:silver'], maxAge: 300 },
  '/archive': { whenStale: 'accept' },
  '/money': { whenStale: 'reject' }
}

type Listen = (t: Test, options: ServerOptions) => Promise<GuardedServer>

const listenFastify: Listen = async (t, { port = 0, ...options }) => {
  const refusals: VerifierError[] = []
  const app = Fastify()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, parse(body as string)))
  await app.register(fastifyGuard, { ...options, onRefusal: error => refusals.push(error) })
  for (const [url, requirements] of Object.entries(routes)) {
    app.route({
      method: ['GET', 'POST'], url, preHandler: app.protect(requirements),
      handler: async ({ token: { claims, scopes } }) => ({ sub: claims.sub, scopes })
    })
  }
  t.teardown(() => app.close())
  return { url: await app.listen({ host: '127.0.0.1', port }), refusals }
}

const listenExpress: Listen = async (t, { port = 0, ...options }) => {
  const refusals: VerifierError[] = []
  const { protect, metadata } = createExpressGuard({ ...options, onRefusal: error => refusals.push(error) })
  const app = express()
  app.use(metadata, express.urlencoded({ extended: false }))
  for (const [url, requirements] of Object.entries(routes)) {
    app.all(url, protect(requirements), ({ token }, response) => {
      response.json({ sub: token!.claims.sub, scopes: token!.scopes })
    })
  }
  return { url: await listen(t, createServer(app), port), refusals }
}

const listenPlain: Listen = async (t, { port = 0, ...options }) => {
  const refusals: VerifierError[] = []
  const guard = createHeadersGuard(options)
  const server = createServer((request, response) => void (async () => {
    const { method = '', url = '', headersDistinct } = request
    const described = guard.metadata(url, method)
    if (described) return response.writeHead(described.status, described.headers).end(described.body)
    const result = await guard.check(headersDistinct, { method, url, ...routes[url.replace(/\?.*/, '')] })
    if (result.token === undefined) {
      refusals.push(result.error)
      return response.writeHead(result.status, result.headers).end(result.body)
    }
    const { claims, scopes } = result.token
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ sub: claims.sub, scopes }))
  })())
  return { url: await listen(t, server, port), refusals }
}

export const adapters: Record<string, Listen> = { Fastify: listenFastify, Express: listenExpress, 'plain Node': listenPlain }

/** One server of each kind, by the adapter's name. */
export async function listenWithEach(t: Test, options: ServerOptions): Promise<Array<[adapter: string, GuardedServer]>> {
  return Promise.all(Object.entries(adapters).map(async ([name, start]) => [name, await start(t, options)] as [string, GuardedServer]))
}
