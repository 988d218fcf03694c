import t from 'tap'
import { CountersignError, errorTable, isUnavailable, unavailable } from '../../src/protocol/errors.ts'
import { projectError } from '../../src/http/project-error.ts'
import { codeSpans, readPage, sectionOf, tableRows } from '../docs/read-page.ts'
import { readSources } from '../support/source-tree.ts'

const rows = Object.entries(errorTable)

t.test('every public sentence may stand in an error_description and in a challenge', async t => {
  for (const [code, { sentence }] of rows) t.match(sentence, /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/, code)
})

t.test('every refusal has a fitting status on either face', async t => {
  for (const [code] of rows) {
    const error = new CountersignError(code as keyof typeof errorTable, { reason: 'http/any' })
    const [oauth, api] = [projectError(error, 'oauth'), projectError(error, 'api')]
    t.ok(oauth.status >= 400 && oauth.status < 600)
    t.strictSame(Object.keys(oauth.body), ['error', 'error_description'])
    t.strictSame(Object.keys(api.body), ['error', 'code'])
    const needsChallenge = [401, 403].includes(api.status) && code !== 'invalid_client'
    t.equal('www-authenticate' in api.headers, needsChallenge, code)
  }
})

t.test('whatever is away is 503 with the time to wait', async t => {
  const error = unavailable('database/unreachable', new Error('refused'))
  t.ok(isUnavailable(error))
  t.notOk(isUnavailable(new CountersignError('invalid_grant', { reason: 'http/any' })))
  const { status, headers, body } = projectError(error, 'oauth')
  t.match({ status, headers, body }, { status: 503, headers: { 'retry-after': '2' }, body: { error: 'temporarily_unavailable' } })
  t.notMatch(JSON.stringify(body), /refused|database/)
})

const page = readPage('docs/errors.md')

t.test('docs/errors.md lists every code and every status', async t => {
  for (const [name, row] of rows) {
    const line = page.split('\n').find(each => each.startsWith('|') && each.includes(`\`${row.code}\``) && each.includes(`\`${row.oauth}\``))
    t.ok(line, `${name}: \`${row.code}\` and \`${row.oauth}\` in one row of the table`)
    const statuses = [row.status, ...'apiStatus' in row ? [row.apiStatus] : []]
    for (const status of statuses) t.ok(page.split('\n').some(each => each.includes(`\`${row.code}\``) && each.includes(String(status))), `${name} ${status}`)
  }
})

t.test('docs/errors.md lists every reason that the sources give, and no other', async t => {
  const { whole, beginnings } = findReasons()
  t.ok(whole.length > 90, `${whole.length} reasons`)
  for (const each of ['params/missing-parameter', 'body/charset', 'clients/id', 'database/tls']) t.ok(whole.includes(each), each)
  const section = sectionOf(page, 'Reasons')
  const told = tableRows(section).flatMap(([cell]) => codeSpans(cell!))
  t.strictSame(whole.filter(each => !told.includes(each)), [], 'all are told')
  t.strictSame(beginnings.filter(each => !told.some(name => name.startsWith(each))), [], 'of those that are put together, some are')
  t.strictSame(told.filter(name => !whole.includes(name) && !beginnings.some(each => name.startsWith(each))), [], 'nothing is made up')
  t.equal(new Set(told).size, told.length, 'none is told twice')
})

/**
 * Reasons that are written out, or are put together by a function from a rule that is (`refused('id')` makes
 * `clients/id`); and the beginnings of those whose end is only known at run time.
 */
function findReasons(): { whole: string[]; beginnings: string[] } {
  const sources = readSources()
  const areas = /type ReasonArea =([^]*?)\n\n/.exec(sources.find(({ name }) => name === 'protocol/errors.ts')!.text)![1]!
  const area = `(?:${[...areas.matchAll(/'([a-z-]+)'/g)].map(([, name]) => name).join('|')})`
  // Kinds of audit events look the same.
  const literal = new RegExp(`(?<!record_audit\\(\\s*|kind: )'(${area}/[a-z0-9-]+)'`, 'g')
  const template = new RegExp(`\`(${area}/[a-z-]*)\\$\\{(\\w+)?`, 'g')
  const whole = sources.flatMap(({ text }) => [...text.matchAll(literal)].map(([, reason]) => reason!))
  const beginnings: string[] = []
  for (const { text } of sources) {
    for (const { index, 1: prefix, 2: variable } of text.matchAll(template)) {
      const maker = /function (\w+)\((\w+): string[^}]*$/.exec(text.slice(0, index))
      if (maker === null || maker[2] !== variable) beginnings.push(prefix!)
      else addCalls({ maker: maker[1]!, prefix: prefix!, own: text })
    }
  }
  return { whole: [...new Set(whole)], beginnings }

  function addCalls({ maker, prefix, own }: { maker: string; prefix: string; own: string }): void {
    const texts = own.includes(`export function ${maker}(`) ? sources.map(({ text }) => text) : [own]
    const call = new RegExp(`(?<!function )\\b${maker}\\(\\s*(?:'([a-z0-9-]+)'|\`([a-z0-9-]*)\\$)`, 'g')
    for (const [, rule, beginning] of texts.flatMap(text => [...text.matchAll(call)])) {
      if (rule === undefined) beginnings.push(prefix + beginning)
      else whole.push(prefix + rule)
    }
  }
}
