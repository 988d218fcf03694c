/**
 * Options that there are not. A misspelt one must not be passed over: what it was meant to forbid would be allowed.
 *
 * @param name as the caller wrote it, with the path to it
 * @param known every name there is
 * @throws TypeError that names the option
 */
export function refuseOption(name: string, known: object): never {
  throw new TypeError(`${name} is no option: use ${Object.keys(known).join(', ')}.`)
}
