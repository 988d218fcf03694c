// What the services answer at each moment: a row per moment, a column per policy.
import { policies } from './policies.mjs'

const widths = [35, 12, ...policies.map(() => 19)]

export function printHead() {
  print(['', 'age of view', ...policies.map(({ name }) => name), 'signed out above'])
}

/** @param row the answers by policy; the age of the oldest view, in seconds; what all answer to the token of before */
export function printRow(title, { answers, age, former }) {
  print([title, `${age.toFixed(1)} s`, ...policies.map(({ name }) => answers[name]), former])
}

function print(cells) {
  console.log(cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('').trimEnd())
}
