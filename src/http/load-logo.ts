import { readFileSync, statSync } from 'node:fs'

/** The operator's logo, checked: what it is told by its first bytes, not by its name. */

export interface Logo {
  type: string
  body: Buffer
}

const largest = 256 * 1024

const signatures: Array<[type: string, matches: (body: Buffer) => boolean]> = [
  ['image/png', body => body.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))],
  ['image/jpeg', body => body.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['image/webp', body => body.toString('latin1', 0, 4) === 'RIFF' && body.toString('latin1', 8, 12) === 'WEBP'],
  ['image/svg+xml', body => /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?((<!--[^]*?-->|<!DOCTYPE[^>]*>)\s*)*<svg[\s>]/.test(body.toString('utf8'))]
]

/** @throws Error with a sentence for the operator */
export function loadLogo(file: string): Logo {
  const fail = (problem: string): never => {
    throw new Error(`BRAND_LOGO_FILE names ${file}, ${problem}. It must be a PNG, SVG, JPEG or WebP picture of 256 KiB at most.`)
  }
  try {
    if (statSync(file).size > largest) fail('which is too large')
    const body = readFileSync(file)
    const type = signatures.find(([, matches]) => matches(body))?.[0]
    return type === undefined ? fail('which is no such picture') : { type, body }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return fail(`which cannot be read (${(error as Error).message})`)
  }
}
