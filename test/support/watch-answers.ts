import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import { judgeRedirect, type Asked } from './judge-redirect.ts'
import { judgeRefusal, type Headers, type Refusal } from './judge-refusal.ts'
import { judgeResponsePage, sendsItself } from './judge-response-page.ts'

/**
 * Holds every answer of an application against the table of errors, whatever the test that caused it looks at: refusals in
 * JSON, pages, and the way back to a client, whichever it takes. A test fails with the first byte that is not as it should be.
 */

export interface WatchOptions {
  issuer: string
  /** Of the listener for operators, whatever the path. */
  face?: 'api'
}

/** The application that `make` makes, watched: it must be made before `make` first waits for anything. */
export function watchAnswers(t: Test, make: () => Promise<FastifyInstance>, options: WatchOptions): Promise<FastifyInstance> {
  // Hooks reach only those routes that come after them: it has to be the first to add one.
  let isWatched = false
  const onMade = (message: unknown): void => {
    addWatch((message as { fastify: FastifyInstance }).fastify, t, options)
    isWatched = true
  }
  subscribe('fastify.initialization', onMade)
  try {
    const made = make()
    if (!isWatched) throw new Error('make has waited before it made the application: nothing is watched')
    return made
  } finally {
    unsubscribe('fastify.initialization', onMade)
  }
}

function addWatch(app: FastifyInstance, t: Test, { issuer, face }: WatchOptions): void {
  const bodies = new WeakMap<FastifyRequest, string>()
  const judgeWayBack = createWayBackJudge(issuer)
  app.addHook('onSend', async (request, _reply, payload) => {
    bodies.set(request, typeof payload === 'string' ? payload : '')
  })
  app.addHook('onResponse', async (request, reply) => {
    // A socket that was taken over is not answered by the framework.
    if (!bodies.has(request)) return
    const refusal = describe(request, reply, { body: bodies.get(request)!, face })
    const faults = [...refusal.status >= 400 || isPage(refusal) ? judgeAny(refusal, request) : [], ...judgeWayBack(request, reply, refusal)]
    if (faults.length > 0) {
      t.fail(`${request.method} ${refusal.path} was answered ${refusal.status}: ${faults.join('; ')}`, {
        headers: refusal.headers, body: refusal.body.slice(0, 1000)
      })
    }
  })
}

function describe(request: FastifyRequest, reply: FastifyReply, { body, face }: { body: string; face: 'api' | undefined }): Refusal {
  const path = request.url.split('?', 1)[0]!
  return {
    method: request.method, path, face: face ?? (path.includes('/api/auth') ? 'api' : 'oauth'), body,
    hasCredentials: request.headers.authorization !== undefined, status: reply.statusCode, headers: reply.getHeaders()
  }
}

function judgeAny(refusal: Refusal, request: FastifyRequest): string[] {
  // Whether an instance is ready is a finding, not a refusal.
  if (refusal.path === '/readyz' && refusal.status === 503) return []
  return isPage(refusal) ? judgePage(refusal, request) : judgeRefusal(refusal)
}

/** What a person sees on the way; the page about the API is for anybody, and may be kept. */
const isPage = ({ path, status, headers }: Refusal): boolean =>
  String(headers['content-type']).startsWith('text/html') && (status >= 400 || !path.endsWith('/docs/api'))

const ofPages = (scripts: "'none'" | "'self'"): Headers => ({
  'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache', 'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': `default-src 'none'; style-src 'self'; img-src 'self'; script-src ${scripts}; object-src 'none'; base-uri 'none'; ` +
    "frame-ancestors 'none'",
  location: undefined, 'www-authenticate': undefined
})

/** A page leads nowhere by itself, and nothing of the request stands in it as markup. */
function judgePage({ headers, status, body }: Refusal, request: FastifyRequest): string[] {
  const expected = ofPages(status === 200 && sendsItself(body) ? "'self'" : "'none'")
  const faults = Object.entries(expected).filter(([name, value]) => headers[name] !== value).map(([name]) => `${name}: ${String(headers[name])}`)
  const sent = [...paramsOf(request).values()].filter(value => /<[a-z!/]/i.test(value))
  return [...faults, ...sent.filter(value => body.includes(value)).map(value => `holds ${value}`)]
}

function textOf({ url, body }: FastifyRequest): string {
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''
  return [query, typeof body === 'string' ? body : ''].filter(text => text !== '').join('&')
}

const paramsOf = (request: FastifyRequest): URLSearchParams => new URLSearchParams(textOf(request))

/** Keeps what each interaction was asked for, so that its end can be held against it. */
function createWayBackJudge(issuer: string) {
  const asked = new Map<string, Asked>()
  return (request: FastifyRequest, reply: FastifyReply, page: Refusal): string[] => {
    const location = reply.getHeader('location')
    const [, interaction] = /\/interaction\/([^/?]+)/.exec(request.url) ?? []
    const isRequest = /\/oauth\/authorize(\?|$)/.test(request.url)
    if (!isRequest && interaction === undefined) return []
    const what = interaction === undefined ? askedBy(request) : asked.get(interaction)
    if (typeof location !== 'string') return judgeResponsePage(page, issuer, what)
    const [, begun] = /^[^?]*\/interaction\/([^/?]+)/.exec(location) ?? []
    if (begun !== undefined && isRequest) asked.set(begun, what!)
    if (location.startsWith('/')) return []
    if (what === undefined) return ['the end of an interaction that has no beginning']
    const isOther = what.mode === 'form_post' && 'a redirect where a form was asked for'
    return [reply.statusCode !== 303 && `status ${reply.statusCode}`, isOther, ...judgeRedirect(location, issuer, what)].filter(fault => fault !== false)
  }
}

function askedBy(request: FastifyRequest): Asked {
  return {
    state: onlyOne(request, 'state'),
    // An empty value counts as absent (RFC 6749 §3.1).
    redirectUri: paramsOf(request).get('redirect_uri') || undefined,
    mode: onlyOne(request, 'response_mode') === 'form_post' ? 'form_post' : 'query'
  }
}

/** Undefined for one that comes twice: neither counts. */
function onlyOne(request: FastifyRequest, name: string): string | undefined {
  const [first, ...others] = textOf(request).split('&').filter(pair => pair.startsWith(`${name}=`))
  return others.length > 0 ? undefined : decode(first?.slice(name.length + 1))
}

/** Undefined for what is empty, or no text at all: it does not come back. */
function decode(encoded = ''): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' ')) || undefined
  } catch {
    return undefined
  }
}
