import fc from 'fast-check'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { authorizeUrl, callback, createVisitor, createWebClient, obtainCode, obtainTokens, redeemCode, walk } from '../support/authorization.ts'
import { basic, type TestClient } from '../support/clients.ts'
import { encode, markers, values } from '../support/random-forms.ts'
import { assertInTime, randomness, withinTime } from '../support/randomness.ts'
import { onEachStore } from '../support/service.ts'
import { createUser } from '../support/users.ts'

type Pair = [name: string, value: string]

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const good = {
  response_type: ['code'], redirect_uri: [callback], response_mode: ['query', 'form_post'], scope: ['openid', 'openid email', 'profile', 'offline_access openid'],
  nonce: ['n-1'], code_challenge: [challenge], code_challenge_method: ['S256'], prompt: ['none', 'login', 'consent', 'select_account'],
  max_age: ['0', '600'], acr_values: ['urn:x'], claims: ['{"userinfo":{"email":null}}'], login_hint: ['ada@example.com'], ui_locales: ['de fr'],
  id_token_hint: ['a.b.c'], resource: ['https://api.example.com'], request: ['a.b.c'], request_uri: ['https://x.example/r'], registration: ['{}']
}
const required = ['response_type', 'redirect_uri', 'code_challenge', 'code_challenge_method']

/** Redirect URIs that look like the registered one. */
const lookalikes = [
  `${callback}/`, `${callback}?`, `${callback}?x=1`, `${callback}#x`, `${callback}%20`, callback.toUpperCase(), callback.replace('https:', 'http:'),
  callback.replace('//', '//user@'), callback.replace('.com', '.com.evil.example'), callback.replace('.com', '.com:443'), callback.replace('.com', '.com@evil.example'),
  callback.replace('/callback', '/./callback'), callback.replace('/callback', '/x/../callback'), callback.replace('/callback', '/%63allback'),
  callback.replace('/', '\\'), ` ${callback}`, `${callback}\0`, `${callback}\n`, callback.replace('a', 'а'), '//app.example.com/callback', '/callback', 'javascript:x'
]

/** Each parameter good, absent, twice or wrong. */
function requests(clientIds: string[]): fc.Arbitrary<Pair[]> {
  return markers.chain(marker => {
    const wrong = values(marker)
    const one = (name: string, right: readonly string[], others = wrong): fc.Arbitrary<Pair[]> => {
      const rightly = fc.constantFrom(...right).map((value): Pair[] => [[name, value]])
      const wrongly = others.map((value): Pair[] => [[name, value]])
      const isNeeded = required.includes(name) || name === 'client_id'
      return fc.oneof({ weight: isNeeded ? 20 : 2, arbitrary: rightly }, { weight: isNeeded ? 1 : 14, arbitrary: fc.constant<Pair[]>([]) },
        { weight: 1, arbitrary: wrongly }, { weight: isNeeded ? 1 : 0, arbitrary: fc.tuple(rightly, wrongly).map(pairs => pairs.flat()) })
    }
    const parts = Object.entries(good).map(([name, right]) =>
      one(name, right, name === 'redirect_uri' ? fc.oneof(fc.constantFrom(...lookalikes), wrong) : wrong))
    const state = fc.oneof(fc.constant<Pair[]>([]), fc.oneof(fc.constant(marker), wrong).map((value): Pair[] => [['state', value]]))
    const more = fc.oneof({ weight: 5, arbitrary: fc.constant<Pair[]>([]) }, { weight: 1, arbitrary: wrong.map((value): Pair[] => [['unknown', value]]) })
    return fc.tuple(one('client_id', clientIds), state, more, ...parts).map(pairs => pairs.flat())
  })
}

const formOf = (pairs: Pair[]): string => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')

/** As a server reads it: undefined for what is absent, empty or there twice. */
function onlyValue(pairs: Pair[], name: string): string | undefined {
  const found = pairs.filter(pair => pair[0] === name).map(([, value]) => value.replaceAll(/\p{Surrogate}/gu, '\ufffd'))
  return found.length === 1 && found[0] !== '' ? found[0] : undefined
}

interface Judged {
  pairs: Pair[]
  clients: readonly TestClient[]
  issuer: string
}

type Verdict = 'page' | 'interaction' | 'error' | 'code'

/** What the answer is; throws for what it must never be. */
function judge(answer: LightMyRequestResponse, { pairs, clients, issuer }: Judged): Verdict {
  const { statusCode, headers: { location, ...headers }, body } = answer
  const mayGoHome = clients.some(({ id }) => id === onlyValue(pairs, 'client_id')) && [callback, undefined].includes(onlyValue(pairs, 'redirect_uri')) &&
    pairs.filter(([name]) => name === 'redirect_uri').length <= 1
  if (location === undefined) {
    if (!String(headers['content-type']).startsWith('text/html') || statusCode === 303) throw new Error(`neither a page nor a way on: ${statusCode}`)
    const action = /<form method="post" action="([^"]*)"/.exec(body)?.[1]
    if (action === undefined) return 'page'
    if (action !== callback || !mayGoHome) throw new Error(`a page that posts to ${action}`)
    return judgeParams(new Map([...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!])), { issuer })
  }
  if (statusCode !== 303) throw new Error(`a Location with ${statusCode}`)
  if (/^\/interaction\/[A-Za-z0-9_-]{22}$/.test(location)) return 'interaction'
  const [uri, query = ''] = location.split('?', 2)
  if (uri !== callback || !mayGoHome || location.includes('#')) throw new Error(`sent to ${location}`)
  return judgeParams(new URLSearchParams(query), { issuer, state: onlyValue(pairs, 'state') })
}

function judgeParams(params: Map<string, string> | URLSearchParams, expected: { issuer: string; state?: string | undefined }): Verdict {
  const names = [...params.keys()]
  if (new Set(names).size !== names.length) throw new Error(`a parameter twice: ${names.join()}`)
  if (params.get('iss') !== expected.issuer) throw new Error(`iss is ${params.get('iss') ?? 'absent'}`)
  if ('state' in expected && (params.get('state') ?? undefined) !== expected.state) throw new Error(`state is ${params.get('state') ?? 'absent'}`)
  if (names.some(name => !['code', 'error', 'error_description', 'state', 'iss'].includes(name))) throw new Error(`parameters ${names.join()}`)
  if (names.includes('code') === names.includes('error')) throw new Error('neither a code nor an error, or both')
  return names.includes('code') ? 'code' : 'error'
}

onEachStore(t, async (t, { app, service, issuer }) => {
  const web = await createWebClient(service, { profile: { isTrusted: true } })
  const spa = await createWebClient(service, { authMethods: ['none'] })
  const user = await createUser(service)
  const signedIn = createVisitor(app)
  for (const client of [web, spa]) await walk(signedIn, authorizeUrl(client, { scope: 'openid email profile' }), user)
  const cookie = [...signedIn.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

  t.test('a random authorization request ends on a page, in an interaction, or at exactly the registered URI with iss', async t => {
    const { seed, timePerPart, numRuns } = randomness(2)
    t.comment(`seed ${seed}`)
    const seen = new Map<Verdict, number>()
    await assertInTime(fc.asyncProperty(requests([web.id, spa.id]), fc.boolean(), fc.boolean(), async (pairs, isSignedIn, byPost) => {
      let answer = await ask(app, { form: formOf(pairs), cookie: isSignedIn ? cookie : undefined, byPost })
      // A form that comes without a cookie is asked for once more, by GET.
      if (byPost && answer.headers.location?.startsWith('/oauth/authorize?')) answer = await withinTime(app.inject(answer.headers.location))
      const verdict = judge(answer, { pairs, clients: [web, spa], issuer })
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1)
    }), { seed, numRuns: numRuns * 10, interruptAfterTimeLimit: timePerPart })
    t.comment(`answers: ${JSON.stringify(Object.fromEntries(seen))}`)
    for (const verdict of ['page', 'interaction', 'error', 'code'] as const) t.ok(seen.has(verdict), `some ended as ${verdict}`)
  })

  t.test('a code or a refresh token with any byte changed gets nothing, and ends nothing', async t => {
    const visitor = createVisitor(app)
    const { code, verifier } = await obtainCode({ client: web, user, visitor })
    const tokens = await obtainTokens(app, { client: web, user, visitor, changes: { scope: 'openid offline_access' } })
    const codeForm = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback }
    const refreshForm = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const { seed, timePerPart, numRuns } = randomness(4)
    t.comment(`seed ${seed}`)
    for (const [form, name] of [[codeForm, 'code'], [refreshForm, 'refresh_token']] as const) {
      const right = (form as Record<string, string>)[name]!
      await assertInTime(fc.asyncProperty(mutations(right), async wrong => {
        const payload = `${new URLSearchParams({ ...form, [name]: '' }).toString().replace(`${name}=`, `${name}=${wrong}`)}`
        const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(web) }
        const answer = await withinTime(app.inject({ method: 'POST', url: '/oauth/token', payload, headers }))
        if (answer.statusCode !== 400) throw new Error(`${name} ${wrong} is answered ${answer.statusCode}`)
      }), { seed, numRuns: numRuns * 5, interruptAfterTimeLimit: timePerPart })
    }
    t.equal((await redeemCode(app, web, { code, verifier })).statusCode, 200, 'the code still works')
    const refreshed = await app.inject({
      method: 'POST', url: '/oauth/token', payload: new URLSearchParams(refreshForm).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(web) }
    })
    t.equal(refreshed.statusCode, 200, 'so does the refresh token')
  })
}, { config: { LOG_LEVEL: 'silent' } })

function ask(
  app: FastifyInstance, { form, cookie, byPost }: { form: string; cookie: string | undefined; byPost: boolean }
): Promise<LightMyRequestResponse> {
  const headers = { ...cookie !== undefined && { cookie }, ...byPost && { 'content-type': 'application/x-www-form-urlencoded' } }
  return withinTime(byPost
    ? app.inject({ method: 'POST', url: '/oauth/authorize', payload: form, headers })
    : app.inject({ url: `/oauth/authorize?${form}`, headers }))
}

/** Other spellings of a token, form-encoded: a byte changed, left out, put in or said twice; cut short; padded; another letter case. */
function mutations(right: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: right.length - 1 })
  const byte = fc.oneof(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_='), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
  const at = (make: (part: Parted) => string) => fc.tuple(place, byte).map(([at, byte]) =>
    make({ before: right.slice(0, at), here: right[at]!, after: right.slice(at + 1), byte }))
  const last = byte.map(other => right.slice(0, -1) + other)
  return fc.oneof(
    { weight: 6, arbitrary: at(({ before, byte, after }) => before + byte + after) },
    at(({ before, after }) => before + after),
    at(({ before, here, after, byte }) => before + here + byte + after),
    at(({ before, here, after }) => before + here + here + after),
    at(({ before, here, after }) => before + (here === here.toUpperCase() ? here.toLowerCase() : here.toUpperCase()) + after),
    at(({ before }) => before), at(({ here, after }) => here + after),
    // The bits of the last letter that no byte uses.
    { weight: 2, arbitrary: last },
    fc.constantFrom(`${right}=`, `${right}==`, `${right} `, ` ${right}`, `${right}\n`, `${right}\u00a0`, right + right, `"${right}"`, right.replaceAll('-', '+').replaceAll('_', '/'))
  ).filter(text => text !== right).map(encode)
}

/** A token, taken apart at one letter. */
interface Parted {
  before: string
  here: string
  after: string
  /** Another one. */
  byte: string
}
