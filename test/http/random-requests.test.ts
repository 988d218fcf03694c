import fc from 'fast-check'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import type { OpenApiDocument } from '../../src/web/open-api-document.ts'
import { askListener, type Answer } from '../support/ask-listener.ts'
import { authorizeUrl, callback, createVisitor, createWebClient, formsOf, settle, walk } from '../support/authorization.ts'
import { basic, clientToken, createGrant } from '../support/clients.ts'
import { createAnswerJudge } from '../support/documented-answers.ts'
import { requestsTo, routesOf, type Keyring, type RandomRequest, type RandomRoute } from '../support/random-requests.ts'
import { assertInTime, randomness, withinTime } from '../support/randomness.ts'
import { onEachStore, type OpenedService } from '../support/service.ts'
import { signInAnew } from '../support/users.ts'

/** Everything that opens a door, made anew where a random request has ended what was there. */
async function cutKeys({ app, service, issuer }: OpenedService) {
  const client = await createWebClient(service, {
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'], scopes: ['revocations:read', 'revocations:write']
  })
  const spa = await createWebClient(service, { authMethods: ['none'] })
  const user = await signInAnew(app, service)
  const grant = await createGrant(service, {
    clientId: client.id, userId: user.id, sessionId: user.sessionId, scopes: ['openid', 'email'], audience: [issuer]
  })
  const token = await clientToken(app, client, 'revocations:read revocations:write')
  const registered = (await send(app, { method: 'POST', url: '/oauth/register', payload: { redirect_uris: [callback] } })).json<Registered>()
  const visitor = createVisitor(app)
  await walk(visitor, authorizeUrl(client), user)
  return { client, spa, user, grant, token, registered, visitor }
}

const feed = '/revocations/feed'

interface Registered {
  client_id: string
  registration_access_token: string
}

type Keys = Awaited<ReturnType<typeof cutKeys>>

async function renewKeys(keys: Keys | undefined, opened: OpenedService): Promise<Keys> {
  const answer = keys && await opened.app.inject({ url: '/api/auth/me', headers: { authorization: `Bearer ${keys.user.accessToken}` } })
  return answer?.statusCode === 200 ? keys! : cutKeys(opened)
}

/** With forms of our pages that nobody has sent yet. */
async function arrange({ client, spa, user, grant, token, registered, visitor }: Keys): Promise<Keyring> {
  const asking = formsOf(await settle(visitor, await visitor.get(authorizeUrl(spa, { prompt: 'login' }))))
  const form = asking['sign-in'] ?? { csrf: '', action: '' }
  const leaving = Object.values(formsOf(await visitor.get('/oauth/logout')))[0] ?? { csrf: '', action: '' }
  const ids = { interaction: form.action.split('/').at(-2) ?? '', logout: leaving.action.split('/').at(-1) ?? '' }
  const tokens = [user.accessToken, token, grant.accessToken, registered.registration_access_token]
  return {
    authorizations: [basic(client), ...tokens.map(each => `Bearer ${each}`)],
    cookies: [[...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '), `countersign_refresh=${user.refreshToken}`],
    values: [client.id, spa.id, registered.client_id, callback, ...tokens, user.refreshToken, grant.refreshToken, user.sessionId, form.csrf],
    goodFor: path => ({
      client_id: path.startsWith('/oauth/register') ? registered.client_id : spa.id, redirect_uri: callback, redirect_uris: [callback],
      response_type: 'code', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', scope: 'openid',
      id: path.startsWith('/interaction') ? ids.interaction : path.startsWith('/oauth/logout') ? ids.logout : user.sessionId,
      csrf: path.startsWith('/interaction') ? form.csrf : leaving.csrf,
      email: user.email, password: user.password, oldPassword: user.password, newPassword: user.password, refreshToken: user.refreshToken,
      account: 'current', decision: 'allow', token, tokens: [token], grant_type: 'refresh_token', refresh_token: grant.refreshToken,
      target: 'grant', value: grant.grant.id, reason: 'a test',
      ...path === feed && { after: '0', instance: 'orders-1', max_staleness: '5', when_stale: 'lookup' }
    })
  }
}

/** Chance alone opens a feed too seldom: this comes before it. */
const opening = ({ token }: Keys): RandomRequest => ({
  marker: 'zq0123456789abcdef', isAddressed: true,
  options: { method: 'GET', url: `${feed}?after=0&instance=orders-1`, headers: { authorization: `Bearer ${token}` } }
})

const pageHeaders = {
  'content-security-policy': /^default-src 'none';.*frame-ancestors 'none'/, 'x-frame-options': /^DENY$/, 'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/, 'cache-control': /^no-store$/
}

const types = /^(application\/(json|jwk-set\+json)|text\/html)(; charset=utf-8)?$/
const fileTypes: Record<string, RegExp> = {
  '/ui/style.css': /^text\/css/, '/ui/submit.js': /^text\/javascript/, '/ui/icon': /^image\/svg/, '/oauth/userinfo': /^application\/jwt/,
  '/status-lists/{list}': /^application\/statuslist\+jwt$/, '/revocations/snapshot': /^application\/vnd\.countersign\.revocations$/
}

function findFaults(route: RandomRoute, { marker, options }: RandomRequest, answer: Answer): string[] {
  const { statusCode, body, headers } = answer
  const type = String(headers['content-type'] ?? '')
  const faults = [
    // A status list of another time is not offered, and says so as its specification wants it.
    statusCode >= 500 && !(statusCode === 501 && route.path === '/status-lists/{list}') && `status ${statusCode}`,
    isReflected(route, marker, answer) && 'the input comes back',
    body !== '' && !types.test(type) && !fileTypes[route.path]?.test(type) && `content type ${type}`,
    headers['x-content-type-options'] !== 'nosniff' && 'may be sniffed'
  ]
  if (type.startsWith('text/html')) {
    faults.push(...Object.entries(pageHeaders).map(([name, pattern]) => !pattern.test(String(headers[name])) && `a page with ${name}: ${String(headers[name])}`))
  }
  return faults.filter(fault => fault !== false).map(fault => `${fault} for ${JSON.stringify(options).slice(0, 2000)}: ${body.slice(0, 300)}`)
}

function isReflected({ method, path }: RandomRoute, marker: string, { statusCode, body, headers }: Answer): boolean {
  // Whoever registers is told what was registered.
  const echoes = path.startsWith('/oauth/register') && ['POST', 'PUT'].includes(method) && statusCode < 300
  const { location = '', ...others } = headers
  // A state goes back to the application; and a form without a cookie is asked for once more, by GET.
  const goesHome = [`${callback}?`, '/oauth/authorize?', '/oauth/logout?'].some(start => location.startsWith(start))
  // The same, by a page that posts it.
  const posts = body.includes(`<form method="post" action="${callback}">`) || body.includes(`href="${callback}?`)
  return (!echoes && !posts && body.includes(marker)) || (!goesHome && location.includes(marker)) || JSON.stringify(others).includes(marker)
}

let address = 0
/** From another address each time: what is counted by address is not asked here. */
function nextAddress(network: number): string {
  address++
  return `${network}.${address >> 16}.${(address >> 8) & 255}.${address & 255}`
}

const send = (app: FastifyInstance, options: InjectOptions): Promise<LightMyRequestResponse> =>
  withinTime(app.inject({ ...options, remoteAddress: nextAddress(10) }))

onEachStore(t, async (t, opened) => {
  const { app } = opened
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const document = (await app.inject('/openapi.json')).json<OpenApiDocument>()
  const judge = await createAnswerJudge(document)

  t.test('no random request to any route is answered with a fault of ours, with its own input, or not at all', async t => {
    const routes = routesOf(document)
    t.ok(routes.length > 40)
    t.ok(routes.some(({ path }) => path === feed))
    const seen = new Map<number, number>()
    const { seed, timePerPart, numRuns } = randomness(routes.length)
    t.comment(`seed ${seed}`)
    let keys: Keys | undefined
    let feeds = 0
    for (const [place, route] of routes.entries()) {
      keys = await renewKeys(keys, opened)
      const keyring = await arrange(keys)
      const examples: Array<[RandomRequest]> = route.path === feed ? [[opening(keys)]] : []
      await assertInTime(fc.asyncProperty(requestsTo(route, keyring), async request => {
        const answer = route.path === feed
          ? await withinTime(askListener(origin, { ...request.options, remoteAddress: nextAddress(127) }))
          : await send(app, request.options)
        seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1)
        if (answer.headers['content-type'] === 'text/event-stream') feeds++
        const undocumented = request.isAddressed ? judge(route.method, route.path, answer) : []
        const faults = [...findFaults(route, request, answer), ...undocumented]
        if (faults.length > 0) throw new Error(`${route.method} ${route.path}: ${faults.join('; ')}`)
        // Each route with markers of its own: what one has kept, another may list.
      }), { seed: seed + place, numRuns, interruptAfterTimeLimit: timePerPart, examples })
    }
    t.comment(`answers by status: ${JSON.stringify(Object.fromEntries(seen))}`)
    t.ok(feeds > 0, 'a feed was opened')
    for (const status of [200, 303, 400, 401, 403]) t.ok(seen.has(status), `some were answered ${status}`)
  })
}, { config: { CLIENT_REGISTRATION: 'open', LOG_LEVEL: 'silent' } })
