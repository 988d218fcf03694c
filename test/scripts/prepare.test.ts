import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { digestSources, findNodeFault, needsBuild, needsInstall, prepare } from '../../scripts/prepare.mjs'

const packages = {
  '': { version: '0.1.0' },
  'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' },
  'node_modules/elsewhere': { version: '2.0.0', integrity: 'sha512-two', optional: true }
}

const write = (root: string, name: string, content: unknown): void => {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  writeFileSync(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content))
}

const makeProject = (t: Test): string => {
  const root = t.testdir({})
  write(root, 'package-lock.json', { packages })
  write(root, 'src/main.ts', 'one')
  return root
}

const putPackages = (root: string, installed: Record<string, unknown> = packages): void =>
  write(root, 'node_modules/.package-lock.json', { packages: installed })

/** Does what npm would do, as far as anybody looks. */
const createNpm = () => {
  const calls: string[] = []
  const run = (args: string[], root: string): void => {
    calls.push(args.slice(0, 2).join(' '))
    if (args[0] === 'ci') return putPackages(root)
    write(root, 'src/generated/prisma/client.ts', 'generated')
    write(root, `${args.at(-1)}/main.js`, readFileSync(path.join(root, 'src/main.ts'), 'utf8'))
  }
  return { calls, run }
}

t.test('an old Node is told which one is needed', async t => {
  t.equal(findNodeFault('20.19.0'), undefined)
  t.equal(findNodeFault('24.1.0'), undefined)
  t.match(findNodeFault('20.18.3'), /needs Node 20\.19 or newer; this is Node 20\.18\.3/)
  t.match(findNodeFault('18.20.0'), /Node 18\.20\.0/)
})

t.test('dependencies are installed when they are missing, partial or of another version', async t => {
  const root = makeProject(t)
  t.equal(needsInstall(root), true, 'missing')
  putPackages(root)
  t.equal(needsInstall(root), false, 'as the lock file says')
  putPackages(root, { 'node_modules/one': packages['node_modules/one'] })
  t.equal(needsInstall(root), false, 'an optional package for another platform may be absent')
  putPackages(root, { 'node_modules/one': { version: '1.0.1', integrity: 'sha512-other' } })
  t.equal(needsInstall(root), true, 'another version')
  putPackages(root, {})
  t.equal(needsInstall(root), true, 'installed without development dependencies')
})

t.test('a build is made when a source has changed, come or gone', async t => {
  const root = makeProject(t)
  const digest = digestSources(root)
  t.equal(needsBuild(root, digest), true, 'never built')
  write(root, 'dist/.sources', digest)
  t.equal(needsBuild(root, digest), true, 'without the generated client')
  write(root, 'src/generated/prisma/client.ts', 'generated')
  t.equal(needsBuild(root, digestSources(root)), false, 'what is generated is no source')
  write(root, 'src/other.ts', '')
  t.equal(needsBuild(root, digestSources(root)), true, 'a new file')
  rmSync(path.join(root, 'src/other.ts'))
  t.equal(needsBuild(root, digestSources(root)), false, 'as before')
  write(root, 'src/main.ts', 'two')
  t.equal(needsBuild(root, digestSources(root)), true, 'another content')
})

t.test('a first start installs and builds, a second does neither and says nothing', async t => {
  const root = makeProject(t)
  const { calls, run } = createNpm()
  const said: string[] = []
  const say = (line: string): void => { said.push(line) }
  await prepare({ root, run, say })
  t.strictSame(calls, ['ci --ignore-scripts', 'run build'])
  t.equal(said.length, 2)
  await prepare({ root, run, say })
  t.equal(calls.length, 2)
  t.equal(said.length, 2)
  write(root, 'src/main.ts', 'two')
  await prepare({ root, run, say })
  t.strictSame(calls.slice(2), ['run build'])
  t.equal(readFileSync(path.join(root, 'dist/main.js'), 'utf8'), 'two')
  const expected = ['dist', 'node_modules', 'package-lock.json', 'src']
  t.strictSame(readdirSync(root).sort(), expected, 'nothing is left over')
})

t.test('a build that fails leaves the former one in place and no lock behind', async t => {
  const root = makeProject(t)
  const { run } = createNpm()
  const say = (): void => undefined
  await prepare({ root, run, say })
  write(root, 'src/main.ts', 'broken')
  const fail = (): void => { throw new Error('tsc failed') }
  await t.rejects(prepare({ root, say, run: fail }), { message: 'tsc failed' })
  t.equal(readFileSync(path.join(root, 'dist/main.js'), 'utf8'), 'one')
  t.equal(existsSync(path.join(root, '.prepare.lock')), false)
})

t.test('two starts at once take turns, and the second finds everything done', async t => {
  const root = makeProject(t)
  const script = path.resolve(import.meta.dirname, '../../scripts/prepare.mjs')
  // Stands for npm in a process of its own: says when it works, and lets the other come in between.
  write(root, 'start.mjs', `
    import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
    import { prepare } from ${JSON.stringify(script)}
    const run = args => {
      appendFileSync('calls', 'begin ' + args[0] + '\\n')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150)
      if (args[0] === 'ci') {
        mkdirSync('node_modules', { recursive: true })
        writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(JSON.stringify({ packages }))})
      } else {
        mkdirSync('src/generated', { recursive: true })
        mkdirSync('dist.new')
      }
      appendFileSync('calls', 'end ' + args[0] + '\\n')
    }
    await prepare({ root: process.cwd(), run, say: () => {} })
  `)
  const starts = [1, 2, 3].map(() => spawn(process.execPath, ['start.mjs'], { cwd: root, stdio: 'inherit' }))
  const codes = await Promise.all(starts.map(async child => (await once(child, 'exit'))[0] as number))
  t.strictSame(codes, [0, 0, 0])
  t.equal(readFileSync(path.join(root, 'calls'), 'utf8'), 'begin ci\nend ci\nbegin run\nend run\n')
})

t.test('the lock of a start that was killed holds nobody up', async t => {
  const root = makeProject(t)
  const killed = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(killed, 'exit')
  write(root, '.prepare.lock', String(killed.pid))
  const { calls, run } = createNpm()
  await prepare({ root, run, say: () => undefined })
  t.equal(calls.length, 2)
})
