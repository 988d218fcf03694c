import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The documents as data, for tests that hold them against the code. */

export const root = path.resolve(import.meta.dirname, '../..')

/** @param name from the root of the project: `docs/storage.md` */
export function readPage(name: string): string {
  return readFileSync(path.join(root, name), 'utf8')
}

/** Fenced blocks of a language, in order. */
export function codeBlocks(page: string, language: string): string[] {
  return [...page.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, tag]) => tag === language).map(([, , text]) => text!)
}

/** What stands under a heading, up to the next heading of any level. @throws Error when there is no such heading */
export function sectionOf(page: string, title: string): string {
  const after = page.split(new RegExp(`^#+ ${title}$`, 'm'))[1]
  if (after === undefined) throw new Error(`there is no heading "${title}"`)
  return after.split(/^#+ /m)[0]!
}

/** The rows of the tables in a text, cell by cell, without their heads. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  return lines.filter((line, at) => line.startsWith('|') && !isRule(line) && !isRule(lines[at + 1] ?? ''))
    .map(line => line.slice(1, -1).split(/(?<!\\)\|/).map(cell => cell.trim()))
}

const isRule = (line: string): boolean => /^\|[-:|\s]+\|$/.test(line)

/** What stands between single backticks. */
export function codeSpans(text: string): string[] {
  return [...text.replace(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, span]) => span!)
}
