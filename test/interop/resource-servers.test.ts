import jwt from '@fastify/jwt'
import Fastify from 'fastify'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import t from 'tap'
import { clientToken } from '../support/clients.ts'
import { signIn } from '../support/users.ts'
import { openProvider } from './open-provider.ts'

/** Resource servers that verify our access tokens by the issuer's URL and their own audience alone. */

const audience = 'https://orders.example.com'

interface Decoded {
  header: Record<'kid' | 'alg', string>
  payload: { iss: string }
}

t.test('resource servers accept what is for them, and nothing else', async t => {
  const provider = await openProvider(t, { config: { FIRST_PARTY_AUDIENCES: audience } })
  const { app, issuer } = provider
  const registered = { grants: ['client_credentials'], scopes: ['read'] }
  const tokenOf = async (audiences: string[]) => {
    const { clientId: id, clientSecret } = await provider.register({ ...registered, audience: audiences })
    return clientToken(app, { id, secret: clientSecret }, 'read')
  }
  const mine = await tokenOf([audience, 'https://stock.example.com'])
  const foreign = await tokenOf(['https://stock.example.com'])
  const { accessToken: userToken } = await signIn(app, provider.user)
  const [head, , signature] = mine.split('.') as [string, string, string]
  const forged = [head, Buffer.from(JSON.stringify({ iss: issuer, aud: audience, exp: 9e9 })).toString('base64url'), signature].join('.')
  const refused = { 'a token for somebody else': foreign, 'a forged one': forged }

  t.test('@fastify/jwt with get-jwks', async t => {
    const server = Fastify()
    t.teardown(() => server.close())
    const getJwks = buildGetJwks({ issuersWhitelist: [issuer], providerDiscovery: true })
    await server.register(jwt, {
      decode: { complete: true },
      secret: (_request: unknown, token: unknown) => {
        const { header: { kid, alg }, payload: { iss } } = token as Decoded
        return getJwks.getPublicKey({ kid, alg, domain: iss })
      },
      verify: { algorithms: ['RS256'], allowedIss: issuer, allowedAud: audience, checkTyp: 'at+jwt' }
    })
    server.get('/', { onRequest: request => request.jwtVerify() }, async ({ user }) => user)
    const ask = (token: string) => server.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })
    t.match((await ask(mine)).json(), { iss: issuer, scope: 'read' })
    t.match((await ask(userToken)).json(), { sub: provider.user.id })
    for (const [what, token] of Object.entries(refused)) t.equal((await ask(token)).statusCode, 401, what)
  })

  t.test('jose', async t => {
    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
    const rules = { issuer, audience, typ: 'at+jwt', algorithms: ['RS256'], requiredClaims: ['exp', 'iat', 'jti', 'client_id'] }
    t.match((await jwtVerify(mine, keys, rules)).payload, { scope: 'read' })
    t.match((await jwtVerify(userToken, keys, rules)).payload, { sub: provider.user.id })
    for (const [what, token] of Object.entries(refused)) await t.rejects(jwtVerify(token, keys, rules), what)
    await t.rejects(jwtVerify(mine, keys, { ...rules, typ: 'JWT' }), 'the type is at+jwt and no other')
  })
})
