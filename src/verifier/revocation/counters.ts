/** Counts by name, for `health()`. */
export interface Counters<Name extends string> {
  count(name: Name): void
  read(): Readonly<Record<Name, number>>
}

export function createCounters<Name extends string>(names: readonly Name[]): Counters<Name> {
  const counts = Object.fromEntries(names.map(name => [name, 0])) as Record<Name, number>
  return {
    count: name => void counts[name]++,
    read: () => ({ ...counts })
  }
}
