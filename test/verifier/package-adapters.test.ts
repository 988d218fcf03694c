import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { createTestClock } from '../support/clock.ts'
import { packLibrary, tsc } from './pack-library.ts'
import { audience, goodClaims, goodHeader, issuer, ourKey, publicJwk, signRaw } from './scene.ts'

/** The adapters as an application gets them: packed, beside the frameworks that it has chosen. */

const run = promisify(execFile)
const modules = path.resolve(import.meta.dirname, '../../node_modules')
const claims = goodClaims(createTestClock(Date.now()))
const good = signRaw(goodHeader, claims)
const entries = { verifier: 'createVerifier', fastify: 'fastifyGuard', express: 'createExpressGuard', headers: 'createHeadersGuard' }
const nameOf = (entry: string): string => entry === 'verifier' ? 'countersign/verifier' : `countersign/verifier/${entry}`

const typed = `
import Fastify from 'fastify'
import express from 'express'
import { createVerifier, type VerifiedToken } from 'countersign/verifier'
import { fastifyGuard, type FastifyGuardOptions } from 'countersign/verifier/fastify'
import { createExpressGuard, type ExpressGuardOptions, type Requirements } from 'countersign/verifier/express'
import { createHeadersGuard, type Answer, type GuardResult } from 'countersign/verifier/headers'

const verifier = createVerifier({ issuer: '${issuer}', audience: '${audience}', revocation: { mode: 'none' } })
const needed: Requirements = { scope: 'orders:read' }
const plugged: FastifyGuardOptions = { verifier, onRefusal: (error, request) => console.log(error.code, request.originalUrl) }
const app = Fastify()
await app.register(fastifyGuard, plugged)
app.get('/orders', { onRequest: app.protect(needed) }, async ({ token }) => token.claims.sub)
const guarded: ExpressGuardOptions = { verifier, resource: false }
const { protect, metadata } = createExpressGuard(guarded)
express().use(metadata).get('/orders', protect(needed), ({ token }, response) => void response.json(token?.claims.sub))
const guard = createHeadersGuard({ verifier })
const result: GuardResult = await guard.check(new Headers(), needed)
if (result.token === undefined) console.log(new Response(result.body, result).status, result.error.code)
const token: VerifiedToken | undefined = result.token
const answer: Answer | undefined = guard.metadata('/')
console.log(token?.binding?.kind, answer?.status)
`

/** The same, with what does not compile: each mark needs an error below it. */
const refused = `${typed}
// @ts-expect-error
app.protect({ scopes: 'orders:read' })
// @ts-expect-error
protect({ maxAge: '5' })
// @ts-expect-error
createHeadersGuard({ verifier, formToken: true })
`

/** What each of the entries does with a good token, and without. */
const asked = `
const jwks = ${JSON.stringify({ keys: [publicJwk(ourKey.publicKey)] })}
const verifier = createVerifier({ issuer: '${issuer}', audience: '${audience}', revocation: { mode: 'none' }, fetch: async () => Response.json(jwks) })
const headers = { authorization: 'Bearer ${good}' }
const outcomes = []
const { token, status } = await createHeadersGuard({ verifier }).check(headers)
outcomes.push(token?.claims.sub, (await createHeadersGuard({ verifier }).check({})).status, status)
await new Promise(resolve => {
  const request = { method: 'GET', url: '/', headers }
  createExpressGuard({ verifier }).protect()(request, {}, () => resolve(outcomes.push(request.token.claims.sub)))
})
const app = Fastify()
await app.register(fastifyGuard, { verifier })
app.get('/', { onRequest: app.protect() }, async ({ token }) => token.claims.sub)
outcomes.push((await app.inject({ url: '/', headers })).body, (await app.inject('/')).statusCode)
await app.close()
console.log(JSON.stringify(outcomes))
`
const outcomes = [claims['sub'], 401, null, claims['sub'], claims['sub'], 401]

void t.test('the packed adapters', async t => {
  const app = await packLibrary(t.testdir())
  for (const name of ['fastify', 'express', '@types/express', '@types/node']) {
    const link = path.join(app, 'node_modules', name)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.join(modules, name), link)
  }

  for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']] as const) {
    t.test(`have types for the resolution ${moduleResolution}, together with those of the frameworks`, async t => {
      writeFileSync(path.join(app, 'typed.ts'), refused)
      const compilerOptions = { noEmit: true, strict: true, target: 'es2023', lib: ['es2023', 'dom'], module, moduleResolution, types: ['node'], esModuleInterop: true }
      writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
      const { stdout } = await run(process.execPath, [tsc, '-p', app]).catch((error: unknown) => error as { stdout: string })
      t.equal(stdout, '')
    })
  }

  t.test('are imported by modules', async t => {
    const imports = Object.entries(entries).map(([entry, name]) => `import { ${name} } from '${nameOf(entry)}'`)
    writeFileSync(path.join(app, 'asked.mjs'), ['import Fastify from \'fastify\'', ...imports, asked].join('\n'))
    t.strictSame(JSON.parse((await run(process.execPath, ['asked.mjs'], { cwd: app })).stdout), outcomes)
  })

  t.test('are required by CommonJS', async t => {
    const required = Object.entries(entries).map(([entry, name]) => `const { ${name} } = require('${nameOf(entry)}')`)
    writeFileSync(path.join(app, 'asked.cjs'), ['const Fastify = require(\'fastify\')', ...required, `void (async () => {${asked}})()`].join('\n'))
    t.strictSame(JSON.parse((await run(process.execPath, ['asked.cjs'], { cwd: app })).stdout), outcomes)
  })
})
