/**
 * How long each of several acts takes, in milliseconds: the median of many, done in turn so that a busy machine is busy for all
 * of them. What differs by a query differs visibly; what differs by microseconds does not.
 */
export async function compareTimes<Name extends string>(acts: Record<Name, () => Promise<unknown>>, rounds = 60): Promise<Record<Name, number>> {
  const names = Object.keys(acts) as Name[]
  const times = new Map(names.map(name => [name, [] as number[]]))
  // The first rounds fill caches and are not counted.
  for (let round = -10; round < rounds; round++) {
    // There and back, and each first in its turn: nobody always comes after the same one.
    const turned = [...names.slice(Math.abs(round) % names.length), ...names.slice(0, Math.abs(round) % names.length)]
    for (const name of round % 2 === 0 ? turned : turned.reverse()) {
      const before = performance.now()
      await acts[name]()
      if (round >= 0) times.get(name)!.push(performance.now() - before)
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(rounds / 2)]!
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)])) as Record<Name, number>
}

/** A query would make more of a difference than this, on a busy machine, too; what is less, a network hides. */
export function areAlike(times: Record<string, number>): boolean {
  const all = Object.values(times)
  return Math.max(...all) < 3 * Math.min(...all)
}
