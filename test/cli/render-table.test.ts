import t from 'tap'
import { renderTable, renderTime } from '../../src/cli/render-table.ts'

t.test('columns are aligned under their headings, and nothing is left empty', async t => {
  const rows = [{ id: 'a', name: 'Anna' }, { id: 'longer', name: '' }]
  t.equal(renderTable(rows, [['ID', row => row.id], ['NAME', row => row.name], ['X', () => null]]), [
    'ID      NAME  X', 'a       Anna  -', 'longer  -     -', ''
  ].join('\n'))
  t.equal(renderTable([], [['ID', () => '']]), 'ID\n')
})

t.test('a name cannot move the cursor or hide what follows', async t => {
  t.equal(renderTable([{}], [['NAME', () => 'a\u001b[2Jb\nc\u202ed']]), 'NAME\na?[2Jb?c?d\n')
})

t.test('a time is told to the second', async t => {
  t.equal(renderTime('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05Z')
  t.equal(renderTime(null), '-')
})
