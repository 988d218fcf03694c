import type { Invocation } from './command.ts'

/** The options that were given, as the query of a request. */
export function queryOf({ text }: Pick<Invocation, 'text'>, names: readonly string[]): string {
  const given = names.flatMap(name => {
    const value = text(name)
    return value === undefined ? [] : [[name, value]]
  })
  return new URLSearchParams(given).toString()
}
