import * as oauth from 'oauth4webapi'
import t, { type Test } from 'tap'
import { findFreePort } from '../../../scripts/free-port.mjs'
import { createVerifier } from '../../../src/verifier/index.ts'
import { ask } from './ask.ts'
import { adapters, type ServerOptions } from './guarded-servers.ts'

/** What a service says of itself to clients that know nothing but its URL (RFC 9728). */

const issuer = 'https://id.example'
const insecure = { [oauth.allowInsecureRequests]: true }

function openVerifier(t: Test, audience: string | string[]) {
  const verifier = createVerifier({ issuer, audience, revocation: { mode: 'none' } })
  t.teardown(() => verifier.close())
  return verifier
}

for (const [adapter, start] of Object.entries(adapters)) {
  const listen = async (t: Test, path: string, options: Partial<ServerOptions> = {}) => {
    const port = await findFreePort()
    const resource = `http://127.0.0.1:${port}${path}`
    const { url } = await start(t, { verifier: openVerifier(t, resource), port, ...options })
    return { url, resource }
  }

  t.test(`M160: ${adapter} serves the metadata of the protected resource`, async t => {
    const { url, resource } = await listen(t, '', { scopesSupported: ['orders:read', 'orders:write'], metadata: { resource_name: 'Orders' } })
    const answer = await ask(`${url}/.well-known/oauth-protected-resource`)
    t.equal(answer.status, 200)
    t.equal(answer.body, JSON.stringify({
      resource, authorization_servers: [issuer], scopes_supported: ['orders:read', 'orders:write'],
      bearer_methods_supported: ['header'], resource_name: 'Orders'
    }))
    t.match(answer.headers, {
      'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*'
    })
    const head = await ask(`${url}/.well-known/oauth-protected-resource`, { method: 'HEAD' })
    t.strictSame([head.status, head.body, head.headers['content-type']], [200, '', answer.headers['content-type']])
    const preflight = await ask(`${url}/.well-known/oauth-protected-resource`, {
      method: 'OPTIONS', headers: [['origin', 'https://app.example'], ['access-control-request-method', 'GET']]
    })
    t.equal(preflight.status, 204)
    t.match(preflight.headers, { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*' })
    for (const [method, body] of [['POST', '<a/>'], ['PUT', '{'], ['PATCH'], ['DELETE'], ['TRACE']] as const) {
      const headers: Array<[string, string]> = body === undefined ? [] : [['content-type', 'application/xml']]
      const refused = await ask(`${url}/.well-known/oauth-protected-resource`, { method, headers, ...(body !== undefined && { body }) })
      t.strictSame([refused.status, refused.headers['allow'], refused.body], [405, 'GET, HEAD, OPTIONS', ''], method)
    }
  })

  t.test(`M160: ${adapter} serves them between the host and the path`, async t => {
    for (const path of ['/v1/orders', '/v1/orders/', '/a:b']) {
      const { url, resource } = await listen(t, path)
      const where = `/.well-known/oauth-protected-resource${path}`
      t.equal((JSON.parse((await ask(url + where)).body) as { resource: string }).resource, resource)
      t.not((await ask(`${url}/.well-known/oauth-protected-resource`)).status, 200, 'and nowhere else')
      t.match((await ask(`${url}/orders`)).headers['www-authenticate'], `resource_metadata="${url}${where}"`)
    }
  })

  t.test(`M160: from a refusal of ${adapter} a client that knows nothing finds its way, and refuses what is another's`, async t => {
    const { url, resource } = await listen(t, '/orders')
    const refused = await oauth.protectedResourceRequest('none', 'GET', new URL(`${url}/orders`), undefined, undefined, insecure)
      .catch((error: unknown) => error)
    t.type(refused, oauth.WWWAuthenticateChallengeError)
    const [{ parameters }] = (refused as oauth.WWWAuthenticateChallengeError).cause as [oauth.WWWAuthenticateChallenge]
    t.equal(parameters.resource_metadata, `${url}/.well-known/oauth-protected-resource/orders`)
    const found = await oauth.processResourceDiscoveryResponse(new URL(resource), await oauth.resourceDiscoveryRequest(new URL(resource), insecure))
    t.strictSame(found.authorization_servers, [issuer])
    await t.rejects(async () => oauth.processResourceDiscoveryResponse(
      new URL(`${url}/stock`), await oauth.resourceDiscoveryRequest(new URL(resource), insecure)))
  })

  t.test(`${adapter} has no metadata where the audience is no URL, or that was switched off`, async t => {
    for (const options of [{ verifier: openVerifier(t, 'orders') }, { verifier: openVerifier(t, 'https://orders.example'), resource: false as const }]) {
      const { url } = await start(t, { ...options, port: await findFreePort() })
      t.not((await ask(`${url}/.well-known/oauth-protected-resource`)).status, 200)
      t.match((await ask(`${url}/orders`)).headers['www-authenticate'], /^Bearer realm="[^"]+"$/)
    }
  })
}

t.test('the metadata tell which ways of showing a token are taken', async t => {
  const resource = 'https://orders.example'
  const verifier = openVerifier(t, [resource, 'https://other.example/v1?tenant=7'])
  const describe = async (options: Partial<ServerOptions>, at = '') => {
    const { url } = await adapters['Express']!(t, { verifier, ...options })
    return JSON.parse((await ask(`${url}/.well-known/oauth-protected-resource${at}`)).body) as Record<string, unknown>
  }
  t.strictSame(await describe({ formToken: true, dpopAlgorithms: ['ES256'] }), {
    resource, authorization_servers: [issuer], bearer_methods_supported: ['header', 'body'], dpop_signing_alg_values_supported: ['ES256']
  })
  t.strictSame(await describe({ metadata: { resource: 'https://other.example', authorization_servers: [], resource_name: 'Orders' } }), {
    resource, authorization_servers: [issuer], bearer_methods_supported: ['header'], resource_name: 'Orders'
  }, 'what was given besides takes the place of nothing')
  const other = 'https://other.example/v1?tenant=7'
  t.match(await describe({ resource: other }, '/v1?tenant=7'), { resource: other })
})
