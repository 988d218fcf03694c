import type { Verifier, VerifiedToken } from '../verifier.ts'
import { bindRequirements, createGuard, type Guard } from './guard.ts'
import type { GuardOptions, GuardVerifier, OnRefusal, Requirements } from './guard-options.ts'
import { guardNodeRequest, type NodeRequest } from './node-request.ts'

export type { GuardOptions, Requirements }

declare module 'fastify' {
  interface FastifyInstance {
    /** A hook, for `onRequest` (or `preHandler`, with `formToken`), that lets nobody pass without a good token. */
    protect(requirements?: Requirements): FastifyGuardHook
  }
  interface FastifyRequest {
    /** The verified token. Throws on a route that `protect` does not stand before. */
    readonly token: VerifiedToken
  }
}

export interface FastifyGuardOptions extends GuardOptions {
  /** Closed together with the app. */
  verifier: GuardVerifier & Pick<Verifier, 'close'>
  onRefusal?: OnRefusal<FastifyRequestLike> | undefined
}

/** The parts of Fastify that are used: no version of its types is forced on anybody. */
export interface FastifyRequestLike {
  raw: NodeRequest
  originalUrl: string
  body?: unknown
}

export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike
  headers(values: Record<string, string>): FastifyReplyLike
  send(body: string | undefined): FastifyReplyLike
}

export type FastifyGuardHook = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>

export interface FastifyLike {
  readonly supportedMethods: string[]
  decorate(name: string, value: unknown): unknown
  decorateRequest(name: string, property: { getter(): unknown }): unknown
  addHook(name: 'onClose', hook: () => Promise<void>): unknown
  route(route: { method: string[]; url: string; onRequest: FastifyGuardHook; handler: FastifyGuardHook }): unknown
}

/** The plugin: `await app.register(fastifyGuard, { verifier })`. */
export async function fastifyGuard(app: FastifyLike, options: FastifyGuardOptions): Promise<void> {
  const guard = createGuard(options)
  const tokens = new WeakMap<object, VerifiedToken>()
  app.decorate('protect', (requirements?: Requirements): FastifyGuardHook => {
    const check = bindRequirements(guard, requirements)
    return async (request, reply) => {
      const { raw, originalUrl: url, body } = request
      const result = await check(guardNodeRequest(raw, { url, body, takesForm: options.formToken ?? false }))
      if (result.token !== undefined) return void tokens.set(request, result.token)
      options.onRefusal?.(result.error, request)
      return reply.code(result.status).headers(result.headers).send(result.body)
    }
  })
  app.decorateRequest('token', { getter(this: object) { return tokenOf(tokens, this) } })
  app.addHook('onClose', () => options.verifier.close())
  serveMetadata(app, guard)
}

/** For the app as a whole and not for a plugin of its own, as fastify-plugin would have it. */
Object.assign(fastifyGuard, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'countersign-guard',
  [Symbol.for('plugin-meta')]: { name: 'countersign-guard', fastify: '5.x' }
})

function tokenOf(tokens: WeakMap<object, VerifiedToken>, request: object): VerifiedToken {
  const token = tokens.get(request)
  if (token === undefined) throw new Error('request.token is read where no app.protect() stands before: add it to the route')
  return token
}

function serveMetadata(app: FastifyLike, { metadata }: Guard): void {
  if (metadata === undefined) return
  const answer: FastifyGuardHook = async ({ raw }, reply) => {
    const { status, headers, body } = metadata.answer(raw.method ?? 'GET')
    return reply.code(status).headers(headers).send(body)
  }
  app.route({
    method: app.supportedMethods,
    // A colon would begin the name of a parameter.
    url: metadata.path.replaceAll(':', '::'),
    // Before there is a body to read, or to refuse for its type.
    onRequest: answer,
    handler: answer
  })
}
