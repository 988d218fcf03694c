import t from 'tap'
import { parse } from 'yaml'
import { commands } from '../../src/cli/commands/index.ts'
import { openAdmin } from '../admin/open-admin.ts'
import { outageTable, type Effect } from '../e2e/outage-table.ts'
import { openService } from '../support/service.ts'
import { codeBlocks, codeSpans, readPage, sectionOf, tableRows } from './read-page.ts'

const page = readPage('docs/operations.md')
const composeFile = readPage('docker-compose.yml')

const said: Record<Effect, string> = { 'works': 'works', 'unavailable': '503', 'works-for-10-s': 'works for 10 s, then 503' }

t.test('docs/operations.md says of each route what the outage tests prove', async t => {
  const told = tableRows(sectionOf(page, 'When something is away'))
  t.strictSame(told, outageTable.map(({ route, postgresql, redis }) => [`\`${route}\``, said[postgresql], said[redis]]))
})

t.test('docs/operations.md lists the metrics that /metrics answers, with their kinds and labels', async t => {
  const { admin } = await openAdmin(t, await openService(t, { store: 'embedded', config: { LOG_LEVEL: 'silent' } }))
  const { body } = await admin.inject('/metrics')
  const labels = new Map([...readPage('src/metrics.ts').matchAll(/(countersign_\w+): \{[^}]*?labels: \[([^\]]*)\]/g)]
    .map(([, name, list]) => [name!, list!.replace(/[' ]/g, '')]))
  const answered = [...body.matchAll(/^# TYPE (countersign_\w+) (\w+)/gm)].map(([, name, kind]) => {
    const list = labels.get(name!)
    return `\`${name}${list ? `{${list}}` : ''}\` ${kind}`
  })
  t.ok(answered.length > 10)
  const told = tableRows(sectionOf(page, 'Health and metrics')).map(([name, kind]) => `${name} ${kind}`)
  t.strictSame(told.toSorted(), answered.toSorted())
})

t.test('the steps before the first start are the same in docs/operations.md and in docker-compose.yml', async t => {
  const steps = codeBlocks(sectionOf(page, 'Starting in production'), 'sh').join('').trim().split('\n')
  const head = composeFile.split('\n\n')[0]!.split('\n').flatMap(line => /^# {3}(\S.*)/.exec(line)?.[1] ?? [])
  t.strictSame(steps, head.map(line => line.replace(/\s+# .*/, '')))
  const { secrets } = parse(composeFile) as { secrets: Record<string, { file: string }> }
  for (const { file } of Object.values(secrets)) t.ok(steps.some(step => step.endsWith(`> ${file.slice(2)}`)), file)
  const variables = [...composeFile.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!)
  t.ok(variables.length > 0)
  for (const name of variables) t.ok(steps.some(step => step.includes(`${name}=`) && step.endsWith('>> .env')), name)
})

t.test('a new master key is added behind the old one before it comes first', async t => {
  const runbook = sectionOf(readPage('keys/README.md'), 'Rotating the master key')
  const inOrder = (text: string, ...words: RegExp[]) => {
    const places = words.map(word => text.search(word))
    return places.every((place, at) => place >= 0 && place > (places[at - 1] ?? -1))
  }
  t.ok(inOrder(runbook, /\*\*after\*\*/, /\*\*first\*\*/, /keys reseal/, /Remove the old line/))
  t.ok(inOrder(sectionOf(page, 'Keys'), /\*\*second\*\*/, /first line everywhere/, /keys reseal/, /take the\s+old line out/))
})

t.test('every command that the operator\'s pages name exists', async t => {
  const text = page + readPage('keys/README.md')
  const named = [...codeSpans(text), ...codeBlocks(text, 'sh').flatMap(block => block.split('\n'))]
    .flatMap(span => /^(?:npx )?countersign (.+)/.exec(span)?.[1] ?? [])
  t.ok(named.length > 10)
  t.strictSame(named.filter(rest => !commands.some(({ name }) => rest === name || rest.startsWith(`${name} `))), [])
})
