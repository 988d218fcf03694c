import path from 'node:path'
import t from 'tap'
import { settings, type SettingName } from '../../src/config-schema.ts'
import { configNames } from '../../src/config.ts'
import { readPage, root, tableRows } from './read-page.ts'

const rows = tableRows(readPage('docs/config.md'))
const nameOf = (cell = '') => cell.replaceAll('`', '')

t.test('docs/config.md lists every variable once, and no other', async t => {
  t.strictSame(rows.map(([name]) => nameOf(name)).toSorted(), configNames.toSorted())
})

t.test('docs/config.md says what holds when a variable is not set', async t => {
  let compared = 0
  for (const [cell, told = ''] of rows) {
    const name = nameOf(cell)
    const fallback = name in settings ? settings[name as SettingName].fallback : undefined
    const value = readDefault(told)
    // In words, where it depends on something else: that is for readers alone.
    if (value === undefined && (fallback === undefined || Array.isArray(fallback))) continue
    t.equal(value, typeof fallback === 'string' && path.isAbsolute(fallback) ? path.relative(root, fallback) : fallback, name)
    compared++
  }
  t.ok(compared > 12)
})

t.test('docs/config.md says how much a number may be, where it says so', async t => {
  for (const [cell, , meaning = ''] of rows) {
    const [, least, most] = /\b([\d,]+) to ([\d,]+)\b/.exec(meaning) ?? []
    if (least === undefined || most === undefined || meaning.includes('in production')) continue
    const { read } = settings[nameOf(cell) as SettingName]
    const [first, last] = [least, most].map(text => Number(text.replaceAll(',', ''))) as [number, number]
    t.strictSame([first - 1, first, last, last + 1].map(each => read(String(each)) !== undefined), [false, true, true, false], nameOf(cell))
  }
})

t.test('docs/config.md marks as secret what is secret', async t => {
  const marked = rows.filter(([, , meaning]) => meaning!.startsWith('*Secret.*')).map(([name]) => nameOf(name))
  const secrets = Object.entries(settings).filter(([, setting]) => setting.secret).map(([name]) => name)
  t.strictSame(marked.toSorted(), secrets.toSorted())
})

/** A literal (`3000`), or a number of days; undefined for words. */
function readDefault(told: string): string | number | undefined {
  const days = /^(\d+) days$/.exec(told)?.[1]
  if (days !== undefined) return Number(days) * 86_400
  const literal = /^`([^`<>]+)`$/.exec(told)?.[1]
  return literal !== undefined && /^\d+$/.test(literal) ? Number(literal) : literal
}
