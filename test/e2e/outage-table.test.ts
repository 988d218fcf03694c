import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { outageTable, type Effect } from './outage-table.ts'

const words: Record<Effect, string> = {
  'works': 'works', 'works-for-10-s': 'works for 10 s, then 503', 'unavailable': '503'
}

t.test('the operator\'s page shows the table that the outage tests prove', async t => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8')
  const rows = outageTable.map(({ route, postgresql, redis }) => `| \`${route}\` | ${words[postgresql]} | ${words[redis]} |`)
  const table = ['| Route | PostgreSQL away | Redis away |', '|---|---|---|', ...rows].join('\n')
  t.ok(page.includes(`\n${table}\n`), 'docs/operations.md has this table', { table })
})
