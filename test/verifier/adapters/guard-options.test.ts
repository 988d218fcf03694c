import Fastify from 'fastify'
import t from 'tap'
import { createExpressGuard } from '../../../src/verifier/adapters/express.ts'
import { fastifyGuard } from '../../../src/verifier/adapters/fastify.ts'
import type { GuardOptions } from '../../../src/verifier/adapters/guard-options.ts'
import { createHeadersGuard } from '../../../src/verifier/adapters/headers.ts'
import { createVerifier } from '../../../src/verifier/index.ts'
import { startIssuer } from './issuer.ts'

const audience = 'https://orders.example'
const verifier = createVerifier({ issuer: 'https://id.example', audience, revocation: { mode: 'none' } })
t.teardown(() => verifier.close())

t.test('options that cannot work are told at once, by name', async t => {
  const wrong: Array<[Partial<GuardOptions>, RegExp]> = [
    [{ realm: 'a"b' }, /^realm: /], [{ realm: 'a\r\nb' }, /^realm: /], [{ realm: '' }, /^realm: /], [{ realm: 'ä' }, /^realm: /],
    [{ resource: 'https://stock.example' }, /^resource: .*audiences/], [{ resource: 'orders' }, /^resource: /],
    [{ resource: 'http://orders.example' }, /^resource: /], [{ resource: `${audience}#x` }, /^resource: /],
    [{ origin: 'https://api.example/' }, /^origin: /], [{ origin: 'api.example' }, /^origin: /],
    [{ scopesSupported: ['a b'] }, /^scopesSupported: /], [{ scopesSupported: ['a"'] }, /^scopesSupported: /],
    [{ resource: false, dpopAlgorithms: ['ES256'] }, /^origin: /], [{ resource: 5 as never }, /^resource: /], [{ origin: 5 as never }, /^origin: /],
    [{ scopesSupported: 'orders:read' as never }, /^scopesSupported: /], [{ dpopAlgorithms: 'ES256' as never }, /^dpopAlgorithms: /],
    [{ formToken: 'no' as never }, /^formToken: /], [{ certificateHeader: 5 as never }, /^certificateHeader: /],
    [{ certificateHeader: 'a b' }, /^certificateHeader: /], [{ metadata: 'x' as never }, /^metadata: /], [{ onRefusal: 5 } as never, /^onRefusal: /],
    [{ dpopAlgorithm: ['ES256'] } as never, /^dpopAlgorithm is no option: use verifier, /]
  ]
  for (const [options, message] of wrong) {
    for (const create of [createExpressGuard, createHeadersGuard]) {
      t.throws(() => create({ verifier, ...options }), { name: 'TypeError', message }, JSON.stringify(options))
    }
    await t.rejects(async () => Fastify().register(fastifyGuard, { ...options, verifier }).ready(), { message })
  }
  t.throws(() => createHeadersGuard({} as never), { name: 'TypeError', message: /^verifier: / })
  await Fastify().register(fastifyGuard, { verifier, prefix: '/v1', logLevel: 'warn' } as never).ready()
})

t.test('a requirement that is misspelt or malformed leaves no route open', async t => {
  const { protect } = createExpressGuard({ verifier })
  const headers = createHeadersGuard({ verifier })
  const wrong: Array<[object, RegExp]> = [
    [{ scopes: 'orders:read' }, /^scopes is no option: use scope, acrValues, maxAge, whenStale\.$/], [{ scope: 'a"b' }, /^scope: /],
    [{ scope: ['a b'] }, /^scope: /], [{ scope: 'a\r\nSet-Cookie: x=1' }, /^scope: /], [{ acrValues: ['a b'] }, /^acrValues: /],
    [{ acrValues: 'urn:strong' }, /^acrValues: /], [{ acrValues: [5] }, /^acrValues: /], [{ scope: 5 }, /^scope: /], [{ scope: [5] }, /^scope: /],
    [{ maxAge: -1 }, /^maxAge: /], [{ maxAge: '5' }, /^maxAge: /], [{ maxAge: NaN }, /^maxAge: /], [{ whenStale: 'ignore' }, /^whenStale: /]
  ]
  for (const [requirements, message] of wrong) {
    t.throws(() => protect(requirements), { name: 'TypeError', message }, JSON.stringify(requirements))
    await t.rejects(headers.check({}, requirements), { name: 'TypeError', message }, JSON.stringify(requirements))
  }
  const app = Fastify()
  await app.register(fastifyGuard, { verifier })
  app.get('/', { onRequest: app.protect as never }, async () => 'open')
  t.equal((await app.inject('/')).statusCode, 500, 'nor does the hook itself, where what it makes was meant')
})

t.test('nothing in a challenge ends the header, whatever the audience is called', async t => {
  const odd = createVerifier({ issuer: 'https://id.example', audience: 'a"b\\c\r\nX: y\u2028ö', revocation: { mode: 'none' } })
  t.teardown(() => odd.close())
  const result = await createHeadersGuard({ verifier: odd }).check({})
  t.match(result, { status: 401, headers: { 'www-authenticate': 'Bearer realm="abcX: y"' } })
})

t.test('headers come as they do elsewhere: in any case, as lists, as Headers', async t => {
  const { issuer, issue } = await startIssuer(t, audience)
  const own = createVerifier({ issuer, audience, revocation: { mode: 'none' } })
  t.teardown(() => own.close())
  const guard = createHeadersGuard({ verifier: own })
  const authorization = `Bearer ${await issue({ scope: 'orders:read' })}`
  const good = [
    { authorization }, { Authorization: authorization }, { AUTHORIZATION: [authorization] }, new Headers({ authorization }),
    { authorization, get: undefined }
  ]
  for (const headers of good) t.match(await guard.check(headers, { scope: 'orders:read' }), { token: { scopes: ['orders:read'] } })
  const twice = new Headers({ authorization })
  twice.append('authorization', authorization)
  const joined = [`${authorization}, Basic YTpi`, `Basic YTpi, ${authorization}`].map(each => new Headers({ authorization: each }))
  for (const headers of [twice, ...joined, { authorization: [authorization, authorization] }, { authorization, Authorization: authorization }]) {
    t.match(await guard.check(headers), { status: 400 })
  }
  t.match(await guard.check({ authorization: undefined }), { status: 401, error: { code: 'token_missing' } })

  const refused = await guard.check(new Headers())
  if (refused.token !== undefined) return t.fail('there was none')
  const response = new Response(refused.body, refused)
  t.equal(response.status, 401)
  t.match(response.headers.get('www-authenticate'), /^Bearer /)
  const described = guard.metadata('https://orders.example/.well-known/oauth-protected-resource?x=1')!
  t.equal(new Response(described.body, described).status, 200)
  const preflight = guard.metadata('/.well-known/oauth-protected-resource', 'OPTIONS')!
  t.equal(new Response(preflight.body, preflight).status, 204)
  t.equal(guard.metadata('/orders'), undefined)
})
