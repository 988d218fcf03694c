import fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'
import t from 'tap'
import type { OpenApiDocument } from '../../src/web/open-api-document.ts'
import { createClient } from '../support/clients.ts'
import { createAnswerJudge } from '../support/documented-answers.ts'
import { requestsTo, routesOf, type Keyring, type RandomRequest, type RandomRoute } from '../support/random-requests.ts'
import { assertInTime, randomness, withinTime } from '../support/randomness.ts'
import { onEachStore, type OpenedService } from '../support/service.ts'
import { signInAnew } from '../support/users.ts'
import { openAdmin } from './open-admin.ts'

/** Something of each kind that can be named, made anew for each route: random requests end what there was. */
async function arrange({ app, service }: OpenedService, authorizations: string[]): Promise<Keyring> {
  const user = await signInAnew(app, service)
  const client = await createClient(service)
  const { verifiers, apis, journal } = service.stores
  await verifiers.note([{ clientId: client.id, instance: 'a', maxStaleness: undefined, whenStale: undefined }])
  const identifier = `https://${user.id}.example.com`
  await apis.create({ identifier, name: 'API', scopes: [], tokenLifetime: undefined, clients: [] }, 'admin')
  const { kid } = service.ring.records('sign').at(-1)!
  const head = await journal.head()
  return {
    authorizations,
    cookies: ['countersign_session=x'],
    values: [user.id, user.email, client.id, identifier, kid, user.accessToken, user.refreshToken, user.sessionId, String(head.seq)],
    goodFor: path => ({
      ...path.startsWith('/admin/users') && { name: 'Ada', password: 'long enough it is', claims: { locale: 'de' }, email_verified: true },
      ...path === '/admin/users' && { email: `new-${user.email}`, role: 'user' },
      ...path.startsWith('/admin/clients') && { grants: ['client_credentials'], name: 'App', scopes: ['read'] },
      ...path.startsWith('/admin/apis') && { name: 'API', scopes: ['read'], tokenLifetime: 300, clients: [client.id], statusList: true },
      ...path === '/admin/apis' && { identifier: `${identifier}/new` },
      ...path.startsWith('/admin/keys') && { compromised: true, force: true, at: 'now', purpose: 'sign', kid },
      ...path.startsWith('/admin/revocations') && { target: 'user', value: user.id, seq: String(head.seq) },
      ...path.includes('{') && { user: user.id, id: client.id, identifier, clientId: client.id, instance: 'a' },
      limit: '10', subject: user.id, reason: 'a test'
    })
  }
}

const types = /^(application\/json; charset=utf-8|text\/plain; version=0\.0\.4; charset=utf-8)$/

function findFaults({ method }: RandomRoute, { marker, options }: RandomRequest, { statusCode, body, headers }: LightMyRequestResponse): string[] {
  // What was made, changed or ended is named to whoever did it; a refusal and a question name nothing.
  const isNamed = method !== 'GET' && statusCode < 300
  const faults = [
    statusCode >= 500 && `status ${statusCode}`,
    ((!isNamed && body.includes(marker)) || JSON.stringify(headers).includes(marker)) && 'the input comes back',
    body !== '' && !types.test(String(headers['content-type'])) && `content type ${String(headers['content-type'])}`,
    headers['x-content-type-options'] !== 'nosniff' && 'may be sniffed',
    headers['cache-control'] !== 'no-store' && 'may be kept'
  ]
  return faults.filter(fault => fault !== false).map(fault => `${fault} for ${JSON.stringify(options).slice(0, 2000)}: ${body.slice(0, 300)}`)
}

/** Mostly as a script sends it, with what is given for a token: any other name and any origin are refused before anything else is looked at. */
function asScript({ marker, options, isAddressed }: RandomRequest, [authorization]: string[]): RandomRequest {
  if (/[0-3]$/.test(marker)) return { marker, options, isAddressed }
  const headers = Object.fromEntries(Object.entries(options.headers!).filter(([name]) => !['host', 'origin'].includes(name)))
  return { marker, options: { ...options, headers: { ...headers, authorization } }, isAddressed }
}

onEachStore(t, async (t, opened) => {
  const { admin, token } = await openAdmin(t, opened)
  const headers = { authorization: `Bearer ${token}` }
  const document = (await admin.inject({ url: '/admin/openapi.json', headers })).json<OpenApiDocument>()
  const judge = await createAnswerJudge(document)
  const routes = routesOf(document)

  /** @param judgeMore what is wrong beside what is wrong anywhere */
  async function ask(authorizations: string[], judgeMore: (route: RandomRoute, request: RandomRequest, answer: LightMyRequestResponse) => string[]) {
    const seen = new Map<number, number>()
    const { seed, timePerPart, numRuns } = randomness(routes.length)
    t.comment(`seed ${seed}`)
    for (const [place, route] of routes.entries()) {
      const keyring = await arrange(opened, authorizations)
      await assertInTime(fc.asyncProperty(requestsTo(route, keyring).map(each => asScript(each, authorizations)), async request => {
        const answer = await withinTime(admin.inject(request.options))
        seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1)
        const faults = [...findFaults(route, request, answer), ...judgeMore(route, request, answer)]
        if (faults.length > 0) throw new Error(`${route.method} ${route.path}: ${faults.join('; ')}`)
        // Each route with markers of its own: what one has kept, another may list.
      }), { seed: seed + place, numRuns, interruptAfterTimeLimit: timePerPart })
    }
    t.comment(`answers by status: ${JSON.stringify(Object.fromEntries(seen))}`)
    return seen
  }

  t.test('no random request with the admin token is answered with a fault of ours, with its own input, or not at all', async t => {
    t.ok(routes.length >= 30)
    const seen = await ask([headers.authorization], ({ method, path }, { isAddressed }, answer) => isAddressed ? judge(method, path, answer) : [])
    for (const status of [200, 400, 403, 404]) t.ok(seen.has(status), `some were answered ${status}`)
  })

  t.test('no random request without the admin token gets further than 401', async t => {
    const { seq } = await opened.service.stores.journal.head()
    const seen = await ask([`Bearer ${token}x`, 'Bearer x', ''], ({ path }, { isAddressed, options }, { statusCode, body }) => {
      if (!path.startsWith('/admin/')) return []
      const isBrowser = statusCode === 403 && ('host' in options.headers! || 'origin' in options.headers!)
      const isRefused = isAddressed ? statusCode === 401 || isBrowser : statusCode >= 400
      return isRefused ? [] : [`${statusCode} for ${JSON.stringify(options).slice(0, 2000)}: ${body.slice(0, 300)}`]
    })
    t.ok(seen.has(401))
    t.equal((await opened.service.stores.journal.head()).seq, seq, 'and nothing is revoked')
  })
}, { config: { LOG_LEVEL: 'silent' } })
