import { appendFileSync } from 'node:fs'

/**
 * What must never be printed: `npm test` searches the output of the whole run for every text registered here.
 * Register a password, token, client secret or key where a test makes it or receives it.
 */

// A shorter text would be found by chance.
const shortest = 8

/** Registers a secret and gives it back. */
export function secret(text: string): string {
  if (text.length < shortest || text.includes('\n')) {
    throw new Error(`A registered secret has at least ${shortest} characters and one line`)
  }
  const file = process.env['TEST_SECRETS_FILE']
  if (file !== undefined) appendFileSync(file, `${text}\n`)
  return text
}
