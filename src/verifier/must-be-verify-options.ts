import type { VerifyOptions } from './verifier.ts'

const known: Readonly<Record<keyof VerifyOptions, true>> = { request: true, scope: true, acrValues: true, maxAge: true, whenStale: true }

/**
 * What `verify` is asked for, by whoever has no types: a misspelt demand would be met by every token. Each request comes by
 * here, so nothing is made or copied.
 *
 * @throws TypeError that names the option
 */
export function mustBeVerifyOptions(asked: VerifyOptions): void {
  if (typeof asked !== 'object' || asked === null) refuse('What verify is given beside the token', 'an object of options')
  for (const name of Object.keys(asked)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`${name} is no option of verify; these are: ${Object.keys(known).join(', ')}.`)
  }
  const { request, scope, acrValues, maxAge, whenStale } = asked
  if (request !== undefined && (typeof request !== 'object' || request === null)) refuse('request', 'an object: the request that brought the token')
  if (scope !== undefined && typeof scope !== 'string' && !isListOfTexts(scope)) refuse('scope', 'a text or a list of them')
  // A text would do for a list as far as `includes` goes, and be met by any part of it.
  if (acrValues !== undefined && !isListOfTexts(acrValues)) refuse('acrValues', 'a list of texts')
  // What is no number would be met by everybody.
  if (maxAge !== undefined && !(typeof maxAge === 'number' && maxAge >= 0)) refuse('maxAge', 'a number of seconds')
  if (whenStale !== undefined && whenStale !== 'lookup' && whenStale !== 'reject' && whenStale !== 'accept') {
    refuse('whenStale', 'lookup, reject or accept')
  }
}

const isListOfTexts = (value: unknown): boolean => Array.isArray(value) && value.every(each => typeof each === 'string')

function refuse(name: string, what: string): never {
  throw new TypeError(`${name} has to be ${what}.`)
}
