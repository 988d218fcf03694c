/** A column: its heading, and the cell of a row. */
export type Column<Row> = readonly [heading: string, cell: (row: Row) => string | number | null | undefined]

/** Aligned columns under their headings. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map(row => columns.map(([, cell]) => printable(String(cell(row) ?? '') || '-')))
  const lines = [columns.map(([heading]) => heading), ...cells]
  const widths = columns.map((_, at) => Math.max(...lines.map(line => line[at]!.length)))
  return `${lines.map(line => line.map((cell, at) => cell.padEnd(widths[at]!)).join('  ').trimEnd()).join('\n')}\n`
}

/** A name may hold what would move the cursor or hide text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?')
}

/** A time to the second, in UTC. */
export function renderTime(time: string | null): string {
  return time === null ? '-' : `${time.slice(0, 10)} ${time.slice(11, 19)}Z`
}
