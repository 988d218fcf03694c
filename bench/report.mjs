// The figures for a person to read, and for a program.
import { writeFileSync } from 'node:fs'

/** One line: the figure, its limit, the ratio, the target and whether it was met. */
export function describeFigure({ name, limitIs, target }, { value, unit, limit }) {
  const ratio = value / limit
  const verdict = target === undefined ? '' : `${meets(target, { value, ratio }) ? 'ok   ' : 'SHORT'} (${describeTarget(target, unit)})`
  const columns = [name.padEnd(24), `${round(value)} ${unit}`.padStart(18), `ratio ${ratio.toFixed(2)}`.padStart(12)]
  return `${columns.join(' ')}  ${verdict.padEnd(28)} limit ${round(limit)}: ${limitIs}`
}

export function meets({ least, most }, { value, ratio }) {
  if (least !== undefined) return least.ratio === undefined ? value >= least.value : ratio >= least.ratio
  return most.ratio === undefined ? value <= most.value : ratio <= most.ratio
}

export function writeResults(file, machine, measured) {
  const figures = Object.fromEntries(measured.map(([{ name }, { value, unit, limit }]) =>
    [name, { value: round(value), unit, limit: round(limit), ratio: Number((value / limit).toFixed(3)) }]))
  writeFileSync(file, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`)
}

function describeTarget({ least, most }, unit) {
  const { ratio, value } = least ?? most
  return `${least ? '≥' : '≤'} ${ratio === undefined ? `${value} ${unit}` : ratio}`
}

function round(number) {
  return number >= 100 ? Math.round(number) : Number(number.toPrecision(3))
}
