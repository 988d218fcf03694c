import { refuseOption } from './refuse-option.ts'

/**
 * An object of options and nothing else.
 *
 * @param known every name there is, and no other
 * @throws TypeError that names the option
 */
export function mustBeOptions<Options extends object>(path: string, options: Options, known: Readonly<Record<keyof Options, true>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${path === '' ? 'What a verifier is made with' : path} has to be an object of ${Object.keys(known).join(', ')}.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !Object.hasOwn(known, name)) refuseOption(path === '' ? name : `${path}.${name}`, known)
  }
}
