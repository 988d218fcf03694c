import { existsSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { codeBlocks, readPage, sectionOf } from './docs/read-page.ts'
import { findEnvironmentReads, findImpurities } from './support/source-faults.ts'
import {
  findCycles, measureFunctions, openingComment, parseSource, readSources, unitOf, type SourceFile
} from './support/source-tree.ts'

/**
 * The shape of src/ that docs/architecture.md promises. Each test lists every violation it finds, one to a
 * line; an exception is made here, in the open, with its reason.
 */

const domain = ['accounts', 'authorization', 'clients', 'grants', 'keys', 'logout', 'revocation', 'tokens']

/**
 * Who may import whom. A part may always import itself and `ports`; one that is not listed here may not
 * exist.
 */
const allowed: Record<string, string[]> = {
  'main': ['config', 'compose', 'app', 'admin', 'demo', 'lifecycle', 'protocol'],
  'app': ['http', 'web', 'protocol'],
  // Composing is told in three files; between them they choose every implementation, and nobody else chooses
  // one.
  'compose': [
    ...domain, 'compose-domain', 'compose-stores', 'config', 'http', 'admin', 'logger', 'metrics',
    'outbound', 'protocol', 'pulse', 'stores', 'system', 'upkeep'
  ],
  'compose-domain': [...domain, 'compose-stores', 'config', 'http', 'protocol', 'pulse', 'stores'],
  'compose-stores': ['config', 'protocol', 'stores', 'stores/postgres', 'stores/redis', 'stores/memory'],
  'config': ['config-schema'],
  'config-schema': [],
  'lifecycle': ['compose', 'config'],
  'logger': ['protocol'],
  'metrics': [],
  'single-flight': [],
  'system': [],
  'pulse': ['single-flight', 'stores', 'protocol'],
  'upkeep': ['keys', 'revocation', 'stores', 'protocol'],
  // What is made at the very first start, for trying things out.
  'demo': [...domain, 'compose', 'config', 'stores', 'protocol'],
  // While the service is stopped the command line drives the admin API in its own process.
  'cli': ['config', 'compose', 'admin', 'doctor', 'logger', 'protocol', 'stores'],
  // Looks into every part when something is broken, so it must not need the whole to be in order.
  'doctor': [
    'config', 'keys', 'logger', 'system', 'protocol', 'stores', 'stores/postgres', 'stores/redis'
  ],
  'http': [...domain, 'web', 'stores', 'protocol'],
  'admin': [...domain, 'doctor', 'http', 'pulse', 'stores', 'protocol'],
  'authorization': ['clients', 'tokens', 'stores', 'protocol'],
  'grants': ['authorization', 'revocation', 'clients', 'tokens', 'keys', 'stores', 'protocol'],
  'tokens': ['revocation', 'keys', 'single-flight', 'stores', 'protocol'],
  'accounts': ['revocation', 'stores', 'protocol'],
  'clients': ['revocation', 'stores', 'protocol'],
  'keys': ['revocation', 'single-flight', 'stores', 'protocol'],
  'revocation': ['single-flight', 'stores', 'protocol'],
  'logout': ['clients', 'tokens', 'stores', 'protocol'],
  'outbound': ['protocol'],
  'web': ['protocol'],
  'stores': ['protocol'],
  'stores/postgres': ['stores', 'protocol', 'generated'],
  'stores/redis': ['stores', 'protocol'],
  'stores/memory': ['stores', 'protocol'],
  'protocol': [],
  'ports': [],
  'verifier': []
}

/** `serve` starts the service, as main does. */
const allowedFiles: Record<string, string[]> = {
  'cli/commands/serve.ts': ['main'],
  // These have to tell a data folder that is in use, and by whom, from one that is broken.
  'cli/ask-running.ts': ['stores/postgres'],
  'cli/connect.ts': ['stores/postgres'],
  'cli/commands/migrate.ts': ['stores/postgres']
}

/**
 * Who may import a package beyond Node's own modules; one that is not listed is open to all but the pure
 * parts.
 */
const packageOwners: Array<[RegExp, string[]]> = [
  [/^(@prisma\/|@electric-sql\/|pg$|pg\/)/, ['stores/postgres']],
  [/^(redis|@redis\/.*)$/, ['stores/redis']],
  [/^(fastify|@fastify\/.*)$/, ['app', 'http', 'admin', 'main', 'compose', 'lifecycle']],
  [/^@node-rs\//, ['accounts']],
  [/^prom-client$/, ['admin', 'metrics']],
  [/^(preact|preact\/.*|preact-render-to-string)$/, ['web']],
  [/^negotiator$/, ['http']],
  [/^pino$/, ['compose', 'logger']]
]

/** Parts that import nothing but these. */
const closedParts: Record<string, string[]> = {
  protocol: ['node:crypto', 'node:url'], verifier: ['jose'], ports: [], web: ['preact', 'preact-render-to-string', 'preact/jsx-runtime']
}

const limits = { file: 250, function: 40, median: 60, p90: 150 }
const ownLimits: Record<string, number> = { 'main.ts': 60, 'app.ts': 120, 'compose.ts': 150 }

/** Files that may be longer than `limits.file`, with the reason. */
const longFiles: Record<string, string> = {}

const bannedNames = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'service', 'services', 'misc']

/** Named for the part they play. */
const entries = ['index', 'main', 'app', 'compose', 'lifecycle', 'system']

/** Named for their subject, as the rules in protocol/ are, which have no main export. */
const subjects = ['config-schema.ts', 'tokens/issue.ts']

const sources = readSources()

const listEach = (find: (source: SourceFile) => string[]) =>
  sources.flatMap(source => find(source).map(fault => `${source.name}: ${fault}`))

const findForbiddenImports = (source: SourceFile): string[] => {
  const unit = unitOf(source.name)
  const mayImport = [...(allowed[unit] ?? []), ...(allowedFiles[source.name] ?? []), unit, 'ports']
  return source.imports.filter(({ isOurs, name }) => isOurs && !mayImport.includes(unitOf(name)))
    .map(({ name }) => `may not import ${name} (${unit} → ${unitOf(name)})`)
}

const findForbiddenPackages = (source: SourceFile): string[] => {
  const unit = unitOf(source.name)
  return source.imports.filter(({ isOurs }) => !isOurs).flatMap(({ name }) => {
    const closed = closedParts[unit]
    const owners = packageOwners.find(([pattern]) => pattern.test(name))?.[1]
    const isVerifiersOwn = unit === 'verifier' && name.startsWith('node:')
    // It adds to fastify's types where there are any, and loads nothing.
    if (source.name === 'verifier/adapters/fastify.ts' && name === 'fastify' && !/from 'fastify'/.test(source.text)) return []
    if (closed && !closed.includes(name) && !isVerifiersOwn) return [`${unit} may not import ${name}`]
    return owners && !owners.includes(unit) ? [`${name} belongs to ${owners.join(', ')}`] : []
  })
}

/** Whatever would keep a connection from one statement to the next, in the words of SQL and of Prisma. */
const findTransactions = ({ name, text }: SourceFile): string[] =>
  name === 'stores/postgres/migrate.ts' ? [] : text.match(/['"`]\s*(BEGIN|START TRANSACTION)\b|\$transaction\b|\bstartTransaction\b/g) ?? []

const stemsOf = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase().split('-')
  .map(word => word.replace(/s$/, '').replace(/(ie|y)$/, '').replace(/(er|e)$/, ''))

const stemOf = (name: string) => path.basename(name).replace(/\.tsx?$/, '')

const isNamedForPart = (name: string) =>
  entries.includes(stemOf(name)) || subjects.includes(name) || unitOf(name) === 'protocol'

const isNamedForExport = ({ name, exports }: SourceFile) => {
  const stems = stemsOf(stemOf(name))
  return exports.some(each => stems.every(stem => stemsOf(each).includes(stem)))
}

/** One assertion whose failure lists the faults, one to a line. */
const none = (t: Test, faults: string[], title: string) =>
  t.ok(faults.length === 0, title, { violations: faults })

const percentile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0

t.test('every part of src is known and imports only what it may', async t => {
  const units = [...new Set(sources.map(({ name }) => unitOf(name)))]
  none(t, units.filter(unit => !(unit in allowed)), 'the table of imports names every part')
  none(t, listEach(findForbiddenImports), 'no part imports what the table does not allow it')
})

t.test('docs/architecture.md tells who may import whom', async t => {
  const section = sectionOf(readPage('docs/architecture.md'), 'Who may import whom')
  const told = codeBlocks(section, '').join('').trim().split('\n').flatMap(line => {
    const [left, right] = line.split(/ +→ /) as [string, string]
    const names = right.replace('the domain,', domain.join(' ')).split(' ')
    return left.split(', ').map(name => [name, right === 'nothing of ours' ? [] : names.sort()] as const)
  })
  // A part that the table allows for and that is not there yet is nobody's business.
  const units = new Set([...sources.map(({ name }) => unitOf(name)), 'generated'])
  const enforced = [...Object.entries(allowed).filter(([unit]) => units.has(unit)), ...Object.entries(allowedFiles)]
    .map(([name, parts]) => [name, parts.filter(part => units.has(part)).sort()] as const)
  t.strictSame(Object.fromEntries(told), Object.fromEntries(enforced))
})

t.test('a package is imported only where it belongs', async t => {
  none(t, listEach(findForbiddenPackages), 'each package stays with its owner')
})

t.test('every import names a file that exists', async t => {
  none(t, listEach(({ imports }) => imports
    .filter(({ name, isOurs }) => isOurs && unitOf(name) !== 'generated')
    .filter(({ name }) => !existsSync(path.resolve(import.meta.dirname, '../src', name)))
    .map(({ name }) => `imports ${name}, which does not exist`)), 'no import leads nowhere')
})

t.test('no files import each other in a circle', async t => {
  none(t, findCycles(sources).map(cycle => cycle.join(' → ')), 'the order in which files load never matters')
})

t.test('the configuration alone reads the environment', async t => {
  none(t, listEach(findEnvironmentReads), 'nothing else does')
})

t.test('protocol rules know no clock, no randomness and no input or output', async t => {
  none(t, listEach(findImpurities), 'the same input gives the same output')
})

t.test('no request holds a database transaction open: each act is one statement', async t => {
  none(t, listEach(findTransactions), 'migrations alone begin a transaction')
})

t.test('files are short', async t => {
  none(t, listEach(({ name, lines }) => lines > limits.file && !(name in longFiles)
    ? [`${lines} lines, at most ${limits.file}`]
    : []), 'no file is too long')
  const lines = sources.map(source => source.lines)
  const [median, p90] = [percentile(lines, 0.5), percentile(lines, 0.9)]
  t.ok(median <= limits.median, `the median is ${median} lines, at most ${limits.median}`)
  t.ok(p90 <= limits.p90, `nine of ten have ${p90} lines, at most ${limits.p90}`)
  none(t, listEach(({ name, lines }) => lines > (ownLimits[name] ?? Infinity)
    ? [`${lines} lines, at most ${ownLimits[name]}`]
    : []), 'the files that hold everything together stay an overview')
})

t.test('functions are short', async t => {
  none(t, listEach(source => measureFunctions(source)
    .filter(({ lines }) => lines > limits.function)
    .map(({ name, line, lines }) =>
      `${name} in line ${line} has ${lines} lines, at most ${limits.function}`)),
  'no function is too long')
})

t.test('names say what a thing is', async t => {
  none(t, listEach(({ name }) => name.replace(/\.tsx?$/, '').split('/')
    .filter(part => part.split('-').some(word => bannedNames.includes(word)))
    .map(part => `"${part}" says nothing`)), 'no name could stand for anything')
  none(t, listEach(({ name }) =>
    name.split('/').every(part => /^[a-z0-9]+(-[a-z0-9]+)*(\.tsx?)?$/.test(part))
      ? []
      : ['is not in kebab-case']),
  'names are in kebab-case')
})

t.test('exports have names, and a file is named for one of them', async t => {
  none(t, listEach(({ exports }) => exports.includes('default') ? ['has a default export'] : []),
    'no default export')
  none(t, listEach(source => isNamedForPart(source.name) || isNamedForExport(source)
    ? []
    : [`exports ${source.exports.join(', ')}: none bears its name`]), 'each file bears the name of an export')
  none(t, subjects.filter(name => !sources.some(source => source.name === name)), 'no exception is left over')
})

t.test('the main file of each folder says what the folder owns', async t => {
  const folders = new Set(sources.flatMap(({ name }) => /^(.+?)\//.exec(name)?.[1] ?? []))
  // Types only, one to a file: each speaks for itself.
  folders.delete('ports')
  none(t, [...folders].filter(folder => !sources.some(source =>
    path.posix.dirname(source.name) === folder && openingComment(source).length >= 100)),
  'each folder has a file that opens with a paragraph')
})

t.test('the rules above see a violation', async t => {
  const wrong = parseSource('protocol/wrong.ts', [
    "import { randomBytes } from 'node:crypto'",
    "import type { Pool } from 'pg'",
    "import type { Mint } from '../tokens/issue.ts'",
    'export const now = () => Date.now() + Number(process.env.PORT) + new Date().getTime()',
    'export default randomBytes'
  ].join('\n'))
  t.strictSame(findForbiddenImports(wrong), ['may not import tokens/issue.ts (protocol → tokens)'],
    'type imports count')
  t.strictSame(findForbiddenPackages(wrong), ['protocol may not import pg'])
  t.equal(findEnvironmentReads(wrong).length, 1)
  t.equal(findImpurities(wrong).length, 4, 'randomness, two clocks and the process')
  t.ok(wrong.exports.includes('default'))
  const [one, two] = [parseSource('a.ts', "import './b.ts'"), parseSource('b.ts', "export * from './a.ts'")]
  t.strictSame(findCycles([one, two]), [['a.ts', 'b.ts', 'a.ts']])
  const typed = parseSource('b.ts', "import type { A } from './a.ts'")
  t.strictSame(findCycles([one, typed]), [], 'types load nothing')
  const long = parseSource('long.ts', `function long() {\n${'  act()\n'.repeat(39)}\n  // not counted\n}`)
  t.strictSame(measureFunctions(long), [{ name: 'long', line: 1, lines: 41 }])
})
