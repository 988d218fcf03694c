import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import ts from 'typescript'
import { packVerifier } from '../../scripts/verifier-package.mjs'
import { createTestClock } from '../support/clock.ts'
import { packLibrary, tsc } from './pack-library.ts'
import { goodClaims, goodHeader, issuer, otherKey, ourKey, publicJwk, signRaw } from './scene.ts'

/** The package as an application gets it: built, packed, unpacked beside jose and nothing else. */

const run = promisify(execFile)

const claims = goodClaims(createTestClock(Date.now()))
const good = signRaw(goodHeader, claims)
const forged = signRaw(goodHeader, claims, otherKey.privateKey)
const options = { issuer, audience: 'https://orders.example', revocation: { mode: 'none' } }

const consumer = `
import { createVerifier, VerifierError, type VerifiedToken, type VerifierErrorCode } from 'countersign/verifier'
const jwks = ${JSON.stringify({ keys: [publicJwk(ourKey.publicKey)] })}
const verifier = createVerifier({ issuer: '${issuer}', audience: 'https://orders.example', revocation: { mode: 'none' },
  fetch: async () => Response.json(jwks) })
const token: VerifiedToken = await verifier.verify('${good}', { scope: 'orders:read' })
const subject: string = token.claims.sub
const code: VerifierErrorCode | 'other' = await verifier.verify('${forged}').then(
  () => 'other' as const, (error: unknown) => error instanceof VerifierError ? error.code : 'other')
console.log(subject, code)
await verifier.close()
`

const inModule = (source: string): string =>
  ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } }).outputText

void t.test('the packed tarball', async t => {
  const app = await packLibrary(t.testdir())
  const library = path.join(app, 'node_modules/countersign/dist/verifier')

  t.test('imports jose and what Node has, and the entry for other runtimes nothing of Node\'s', async t => {
    const importsOf = (name: string) => ts.preProcessFile(readFileSync(name, 'utf8')).importedFiles.map(({ fileName }) => fileName)
    const files = readdirSync(library, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js')).map(name => path.join(library, name))
    const packages = new Set(files.flatMap(importsOf).filter(name => !name.startsWith('.')))
    t.ok(files.length > 20)
    t.strictSame([...packages].filter(name => name !== 'jose' && !name.startsWith('node:')), [])
    const reached = new Set<string>()
    const visit = (name: string): void => {
      if (reached.has(name)) return
      reached.add(name)
      for (const each of importsOf(name)) {
        if (each.startsWith('.')) visit(path.resolve(path.dirname(name), each))
        else t.equal(each, 'jose', `${path.relative(library, name)} imports ${each}`)
      }
    }
    visit(path.join(library, 'web/index.js'))
    t.ok(reached.size > 20)
  })

  t.test('is what its exports say', async t => {
    const { exports } = JSON.parse(readFileSync(path.join(app, 'node_modules/countersign/package.json'), 'utf8')) as { exports: object }
    const targets = JSON.stringify(exports).match(/\.\/dist\/[^"]+/g)!
    t.ok(targets.length >= 9)
    for (const target of targets) t.ok(readFileSync(path.join(app, 'node_modules/countersign', target)).length > 0, target)
  })

  t.test('runs in Node as a module', async t => {
    writeFileSync(path.join(app, 'consumer.mjs'), inModule(consumer))
    const { stdout } = await run(process.execPath, ['consumer.mjs'], { cwd: app })
    t.equal(stdout, `${String(claims['sub'])} token_invalid\n`)
  })

  t.test('gives Node the entry for Node', async t => {
    const script = 'console.log(import.meta.resolve("countersign/verifier"))'
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: app })
    t.match(stdout, /dist\/verifier\/index\.js$/m)
  })

  t.test('is, without the service, a package of its own that needs jose and runs by the same imports', async t => {
    const alone = path.join(app, '../alone')
    const unpacked = path.join(alone, 'node_modules/countersign')
    mkdirSync(unpacked, { recursive: true })
    const tarball = packVerifier({ dist: path.join(app, '../source/dist'), destination: alone })
    await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'])
    const contentOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter(entry => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
      .map(file => [path.relative(folder, file), readFileSync(file, 'utf8')] as const).sort()
    t.strictSame(contentOf(path.join(unpacked, 'dist')), contentOf(path.dirname(library)))
    const [own, whole] = [unpacked, path.join(app, 'node_modules/countersign')]
      .map(folder => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>>)
    const told = ['version', 'type', 'engines', 'exports'].map(name => whole![name])
    t.strictSame(['version', 'type', 'engines', 'exports'].map(name => own![name]), told)
    t.strictSame(own!['dependencies'], { jose: whole!['dependencies']!['jose'] })
    cpSync(path.join(app, 'node_modules/jose'), path.join(alone, 'node_modules/jose'), { recursive: true })
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', inModule(consumer)], { cwd: alone })
    t.equal(stdout, `${String(claims['sub'])} token_invalid\n`)
  })

  for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']] as const) {
    t.test(`has types for the resolution ${moduleResolution}`, async t => {
      writeFileSync(path.join(app, 'consumer.ts'), consumer)
      const compilerOptions = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, target: 'es2023', lib: ['es2023', 'dom'], module, moduleResolution, types: [] }
      writeFileSync(path.join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
      const { stdout } = await run(process.execPath, [tsc, '-p', app]).catch((error: unknown) => error as { stdout: string })
      t.equal(stdout, '')
    })
  }

  t.test('verifies where there is nothing of Node\'s', async t => {
    const file = path.join(app, 'case.json')
    const spelled = `${good.slice(0, -1)}=`
    writeFileSync(file, JSON.stringify({ jwks: { keys: [publicJwk(ourKey.publicKey)] }, tokens: [good, good, forged, spelled], options }))
    const script = path.join(import.meta.dirname, 'bare-context.mjs')
    const { stdout } = await run(process.execPath, ['--experimental-vm-modules', '--no-warnings', script, app, file])
    t.strictSame(JSON.parse(stdout), {
      outcomes: [claims['sub'], claims['sub'], 'token_invalid', 'token_malformed'], asked: [`${issuer}/.well-known/jwks.json`],
      missing: 'undefinedundefinedundefined'
    })
  })
})
