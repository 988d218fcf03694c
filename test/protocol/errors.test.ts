import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { CountersignError, errorTable, isUnavailable, unavailable } from '../../src/protocol/errors.ts'
import { projectError } from '../../src/http/project-error.ts'
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

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8')

t.test('docs/errors.md lists every code and every status', async t => {
  for (const [name, row] of rows) {
    const line = page.split('\n').find(each => each.startsWith('|') && each.includes(`\`${row.code}\``) && each.includes(`\`${row.oauth}\``))
    t.ok(line, `${name}: \`${row.code}\` and \`${row.oauth}\` in one row of the table`)
    const statuses = [row.status, ...'apiStatus' in row ? [row.apiStatus] : []]
    for (const status of statuses) t.ok(page.split('\n').some(each => each.includes(`\`${row.code}\``) && each.includes(String(status))), `${name} ${status}`)
  }
})

t.test('docs/errors.md lists every reason that is written out in the sources', async t => {
  const reason = /(?:reason: |refused\(|unavailable\()'([a-z][a-z-]*\/[a-z0-9-]+)'|: '(database\/[a-z-]+)'/g
  const parts = ['http', 'grants', 'accounts', 'clients', 'keys', 'revocation', 'tokens', 'protocol', 'stores', 'admin', 'pulse.ts']
  const found = readSources().filter(({ name }) => parts.some(part => name.startsWith(part)))
    .flatMap(({ text }) => [...text.matchAll(reason)].map(match => match[1] ?? match[2]!))
  t.ok(found.length > 60, `${found.length} reasons`)
  t.strictSame([...new Set(found)].filter(each => !page.includes(`\`${each}\``)), [])
})
