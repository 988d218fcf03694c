import { refuseOption } from './refuse-option.ts'
import type { VerifyOptions } from './verifier.ts'

/** Whether what is asked of a token can be asked: what is misspelt, or of another kind, might be met by everybody. */

interface Rule {
  holds(value: unknown): boolean
  says: string
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

const rules: Readonly<Record<keyof VerifyOptions, Rule>> = {
  request: { holds: value => typeof value === 'object' && value !== null, says: 'an object: method, url and what else the request showed' },
  scope: { holds: value => isText(value) || isTexts(value), says: 'a text, or a list of texts' },
  acrValues: { holds: isTexts, says: 'a list of texts' },
  maxAge: { holds: value => typeof value === 'number' && value >= 0, says: 'a number of seconds, 0 or more' },
  whenStale: { holds: value => value === 'lookup' || value === 'reject' || value === 'accept', says: 'one of lookup, reject, accept' }
}

/** @throws TypeError that names the option */
export function checkAsked(asked: VerifyOptions): void {
  if (typeof asked !== 'object' || asked === null) throw new TypeError('What verify is asked beside the token has to be an object of options.')
  for (const name in asked) {
    if (!Object.hasOwn(rules, name)) refuseOption(name, rules)
    const { holds, says } = rules[name as keyof VerifyOptions]
    const value = asked[name as keyof VerifyOptions]
    if (value !== undefined && !holds(value)) throw new TypeError(`${name} has to be ${says}.`)
  }
}
