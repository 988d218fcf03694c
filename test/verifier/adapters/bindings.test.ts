import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { createExpressGuard } from '../../../src/verifier/adapters/express.ts'
import { fastifyGuard } from '../../../src/verifier/adapters/fastify.ts'
import { createVerifier } from '../../../src/verifier/index.ts'
import { makeCertificate, type Certificate } from '../../support/certificate.ts'
import { ask, bearer, refusalOf } from './ask.ts'
import { listenWithEach } from './guarded-servers.ts'
import { createDpopClient, startIssuer } from './issuer.ts'

/** Tokens that are bound to a key or a certificate, at the door of a resource server (RFC 9449 §7, RFC 8705 §3). */

const audience = 'https://orders.example'
const where = `resource_metadata="${audience}/.well-known/oauth-protected-resource"`

async function openIssuer(t: Test) {
  const { issuer, issue } = await startIssuer(t, audience)
  const open = () => {
    const verifier = createVerifier({ issuer, audience, revocation: { mode: 'none' } })
    t.teardown(() => verifier.close())
    return verifier
  }
  return { issue, open, verifier: open() }
}

t.test('H110: a token that is bound to a key is worth nothing as a bearer token', async t => {
  const { issue, verifier } = await openIssuer(t)
  const client = await createDpopClient()
  const token = await issue({ cnf: { jkt: client.jkt } })
  const described = 'error="invalid_token", error_description="The access token is bound to a key that the request does not prove"'
  for (const [adapter, { url }] of await listenWithEach(t, { verifier })) {
    const proof = await client.prove('GET', `${audience}/orders`, token)
    for (const headers of [[bearer(token)], [bearer(token), ['DPoP', proof] as [string, string]]]) {
      const { status, challenge } = refusalOf(await ask(`${url}/orders`, { headers }))
      t.equal(status, 401, adapter)
      t.equal(challenge, `Bearer realm="${audience}", ${described}, ${where}`, adapter)
    }
    const unasked = await ask(`${url}/orders`, { headers: [['Authorization', `DPoP ${token}`], ['DPoP', proof]] })
    t.equal(refusalOf(unasked)['challenge'], `Bearer realm="${audience}", ${where}`, `${adapter} knows no DPoP unless told`)
  }
})

t.test('the scheme DPoP, where it is switched on', async t => {
  const { issue, verifier } = await openIssuer(t)
  const client = await createDpopClient()
  const token = await issue({ cnf: { jkt: client.jkt } })
  const start = `DPoP realm="${audience}"`
  const rest = `algs="ES256 RS256", ${where}`
  for (const [adapter, { url }] of await listenWithEach(t, { verifier, dpopAlgorithms: ['ES256', 'RS256'] })) {
    t.test(adapter, async t => {
      const send = async (path: string, proofs: string[], scheme = 'DPoP') => ask(url + path, {
        headers: [['Authorization', `${scheme} ${token}`], ...proofs.map((proof): [string, string] => ['DPoP', proof])]
      })
      const prove = (method = 'GET', at = `${audience}/orders`) => client.prove(method, at, token)

      t.equal((await send('/orders', [await prove()])).status, 200)
      t.equal((await send('/orders?page=2', [await prove()], 'dpop')).status, 200, 'whatever the query, in any case')

      const used = await prove()
      t.equal((await send('/orders', [used])).status, 200)
      const wrong = {
        'a proof that was used': [used], 'one for another method': [await prove('POST')],
        'one for another path': [await prove('GET', `${audience}/other`)], 'one for another host': [await prove('GET', `${url}/orders`)],
        'one of another key': [await (await createDpopClient()).prove('GET', `${audience}/orders`, token)],
        'one for another token': [await client.prove('GET', `${audience}/orders`, await issue())],
        'what is none': ['x'], 'two': [await prove(), await prove()]
      }
      for (const [what, proofs] of Object.entries(wrong)) {
        const { status, challenge } = refusalOf(await send('/orders', proofs))
        t.equal(status, 401, what)
        t.equal(challenge, `${start}, error="invalid_dpop_proof", ` +
          `error_description="The request does not prove the key that the access token is bound to", ${rest}`, what)
      }
      t.equal(refusalOf(await send('/orders', []))['challenge'], `${start}, error="invalid_token", ` +
        `error_description="The access token is bound to a key that the request does not prove", ${rest}`)

      t.equal(refusalOf(await ask(`${url}/orders`))['challenge'], `Bearer realm="${audience}", ${where}, DPoP algs="ES256 RS256"`, 'both are offered')
      const unbound = await issue()
      t.equal((await ask(`${url}/orders`, { headers: [bearer(unbound)] })).status, 200)
      const proof = await client.prove('GET', `${audience}/orders`, unbound)
      for (const shown of [[], ['x'], [proof]]) {
        const headers = [['Authorization', `DPoP ${unbound}`], ...shown.map(each => ['DPoP', each])] as Array<[string, string]>
        t.match(refusalOf(await ask(`${url}/orders`, { headers })), {
          status: 401, challenge: `${start}, error="invalid_token", error_description="The access token is not valid here", ${rest}`
        }, 'a token that is bound to nothing proves nothing, whatever comes with it')
      }
    })
  }
})

t.test('a proof is compared with where the service is, whatever the request says of that', async t => {
  const { issue, verifier } = await openIssuer(t)
  const client = await createDpopClient()
  const token = await issue({ cnf: { jkt: client.jkt } })
  const options = { verifier, dpopAlgorithms: ['ES256'], origin: 'https://api.example' }
  for (const [adapter, { url }] of (await listenWithEach(t, options)).slice(0, 2)) {
    const send = async (target: string, at: string) => ask(url, {
      target, headers: [['Authorization', `DPoP ${token}`], ['DPoP', await client.prove('GET', at, token)]]
    })
    t.equal((await send('/orders', 'https://api.example/orders')).status, 200, adapter)
    t.not((await send('http://evil.example/orders', 'http://evil.example/orders')).status, 200, `${adapter}: a whole URL as the target`)
    t.not((await send('//evil.example/orders', 'https://evil.example/orders')).status, 200, `${adapter}: two slashes`)
  }
})

t.test('behind a proxy that takes a prefix off the path, proofs name the path that clients see', async t => {
  const { issue, verifier } = await openIssuer(t)
  const client = await createDpopClient()
  const token = await issue({ cnf: { jkt: client.jkt } })
  for (const [adapter, { url }] of await listenWithEach(t, { verifier, dpopAlgorithms: ['ES256'], pathPrefix: '/api/v1' })) {
    const send = async (path: string, at: string) => (await ask(url + path, {
      headers: [['Authorization', `DPoP ${token}`], ['DPoP', await client.prove('GET', `${audience}${at}`, token)]]
    })).status
    t.equal(await send('/orders', '/api/v1/orders'), 200, adapter)
    t.equal(await send('/orders?page=2', '/api/v1/orders'), 200, adapter)
    t.equal(await send('/orders', '/orders'), 401, `${adapter}: as it arrives here`)
    t.equal(await send('/orders', '/api/v2/orders'), 401, `${adapter}: under another prefix`)
  }
})

t.test('a token that is bound to a certificate', async t => {
  const { issue, open } = await openIssuer(t)
  const [own, other, server] = ['own', 'other', 'server'].map(name => makeCertificate(t, [name])) as [Certificate, Certificate, Certificate]
  const token = await issue({ cnf: { 'x5t#S256': own.thumbprint } })

  t.test('is good on a connection with that certificate', async t => {
    const verifier = open()
    const tls = { key: server.key, cert: server.cert, requestCert: true, rejectUnauthorized: false }
    const app = Fastify({ https: tls })
    await app.register(fastifyGuard, { verifier })
    app.get('/orders', { onRequest: app.protect() }, async ({ token: { binding } }) => binding)
    await app.listen({ host: '127.0.0.1', port: 0 })
    t.teardown(() => app.close())
    const { protect } = createExpressGuard({ verifier })
    const listener = createServer(tls, express().get('/orders', protect(), ({ token: { binding } = {} }, response) => void response.json(binding)))
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    t.teardown(() => new Promise(resolve => listener.close(resolve)))

    for (const each of [app.server, listener]) {
      const { port } = each.address() as AddressInfo
      const good = await askWithCertificate(port, token, own)
      t.equal(good.status, 200)
      t.strictSame(JSON.parse(good.body), { kind: 'mtls', thumbprint: own.thumbprint })
      t.equal((await askWithCertificate(port, token, other)).status, 401, 'with another')
      t.equal((await askWithCertificate(port, token)).status, 401, 'with none')
      t.equal((await askWithCertificate(port, await issue())).status, 200, 'who is bound to nothing needs none')
    }
  })

  t.test('is good behind a proxy that tells the certificate, where that was switched on', async t => {
    const rfc9440 = (cert: string) => `:${new X509Certificate(cert).raw.toString('base64')}:`
    for (const [adapter, { url, refusals }] of await listenWithEach(t, { verifier: open(), certificateHeader: 'Client-Cert' })) {
      const send = async (...values: string[]) => (await ask(`${url}/orders`, {
        headers: [bearer(token), ...values.map((value): [string, string] => ['client-cert', value])]
      })).status
      t.equal(await send(rfc9440(own.cert)), 200, `${adapter}: as RFC 9440 has it`)
      t.equal(await send(encodeURIComponent(own.cert)), 200, `${adapter}: as nginx has it`)
      for (const wrong of [rfc9440(other.cert), encodeURIComponent(other.cert), '%', ':%:', '::', '', own.thumbprint]) {
        t.equal(await send(wrong), 401, `${adapter}: ${wrong.slice(0, 20)}`)
        t.equal(refusals.at(-1)!.code, wrong === '' ? 'binding_missing' : 'binding_invalid')
      }
      t.equal(await send(rfc9440(other.cert), rfc9440(own.cert)), 401, `${adapter}: of two, one is somebody else's`)
      t.equal(refusals.at(-1)!.code, 'binding_invalid')
      t.equal(await send(), 401, adapter)
      t.equal(refusals.at(-1)!.code, 'binding_missing')
    }
    const client = await createDpopClient()
    const both = await issue({ cnf: { 'x5t#S256': own.thumbprint, jkt: client.jkt } })
    for (const [adapter, { url }] of await listenWithEach(t, { verifier: open(), certificateHeader: 'Client-Cert', dpopAlgorithms: ['ES256'] })) {
      const send = async (cert: string, proof: string) => refusalOf(await ask(`${url}/orders`, {
        headers: [['Authorization', `DPoP ${both}`], ['DPoP', proof], ['client-cert', rfc9440(cert)]]
      }))
      const proof = await client.prove('GET', `${audience}/orders`, both)
      t.match(await send(other.cert, proof), { status: 401, challenge: /, error="invalid_token"/ }, `${adapter}: of both, the certificate is wrong and not the proof`)
      t.match(await send(own.cert, 'x'), { status: 401, challenge: /, error="invalid_dpop_proof"/ }, adapter)
      t.match(await send(own.cert, proof), { status: 200 }, adapter)
    }
    for (const [adapter, { url }] of await listenWithEach(t, { verifier: open() })) {
      const answer = await ask(`${url}/orders`, { headers: [bearer(token), ['client-cert', rfc9440(own.cert)]] })
      t.equal(answer.status, 401, `${adapter} believes no header unless told to`)
    }
  })
})

async function askWithCertificate(port: number, token: string, certificate?: Certificate): Promise<{ status: number; body: string }> {
  const shown = certificate === undefined ? {} : { key: certificate.key, cert: certificate.cert }
  const sent = request({
    host: '127.0.0.1', port, path: '/orders', headers: { authorization: `Bearer ${token}` }, agent: false, rejectUnauthorized: false, ...shown
  })
  sent.end()
  const [answer] = await once(sent, 'response') as [IncomingMessage]
  let body = ''
  for await (const chunk of answer) body += String(chunk)
  return { status: answer.statusCode!, body }
}
