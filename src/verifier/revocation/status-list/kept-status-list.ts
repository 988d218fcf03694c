import type { VerifierClock } from '../../options.ts'
import type { FetchedStatusList } from './fetch-status-list.ts'
import { FaultyStatusList, type StatusList } from './status-list.ts'

/** One list, kept as long as it says and fetched anew behind the back of whoever uses it. */
export interface KeptStatusList {
  /** A promise only where it has to be fetched. Throws, or rejects, where there is none that may be used. */
  find(): StatusList | Promise<StatusList>
  /** Seconds; Infinity before it is there. */
  age(): number
  /** Whether somebody needs it, and it can neither be had nor be used as it was. */
  isLost(): boolean
  byteLength(): number
}

export interface StatusListRules {
  fetchList(uri: string): Promise<FetchedStatusList>
  clock: VerifierClock
  /** Seconds. */
  maxStaleness: number
  clockTolerance: number
  onResult(error?: unknown): void
}

/** Milliseconds between two attempts, where one fails or a cache on the way has what is too old. */
const coolDown = 1000
/** Milliseconds after the last attempt: whoever asks makes one each second, so nobody has asked since. */
const neededFor = 60_000
/** The share of its time after which a list in use is fetched anew, while nobody waits for it. */
const early = 0.8

export function createKeptStatusList(uri: string, rules: StatusListRules): KeptStatusList {
  const { clock, maxStaleness, clockTolerance } = rules
  let held: FetchedStatusList | undefined
  let fetching: Promise<StatusList> | undefined
  let failure: { error: Error; at: number } | undefined

  const age = (of = held): number => of === undefined ? Infinity : (clock.monotonic() - of.currentAt) / 1000
  const isOver = ({ list }: FetchedStatusList): boolean => (list.expiresAt ?? Infinity) + clockTolerance <= clock.now() / 1000
  const isUsable = (fetched: FetchedStatusList | undefined): fetched is FetchedStatusList =>
    fetched !== undefined && age() <= maxStaleness && !isOver(fetched)

  function settle(): StatusList {
    if (isUsable(held)) return held.list
    throw failure?.error ?? new Error('the status list is too old')
  }

  async function refresh(): Promise<StatusList> {
    try {
      const fetched = await rules.fetchList(uri)
      if (isOver(fetched)) throw new FaultyStatusList('the status list has expired')
      demandSuccessor(fetched, { held, isTooOld: age(fetched) > maxStaleness })
      held = fetched
      failure = undefined
      rules.onResult()
    } catch (error) {
      failure = { error: error instanceof Error ? error : new Error('the status list cannot be had'), at: clock.monotonic() }
      rules.onResult(error)
    }
    return settle()
  }

  const fetchOnce = (): Promise<StatusList> => fetching ??= refresh().finally(() => { fetching = undefined })

  return {
    age: () => age(),
    isLost: () => failure !== undefined && !isUsable(held) && clock.monotonic() - failure.at <= neededFor,
    byteLength: () => held?.list.byteLength ?? 0,
    find() {
      const mayFetch = clock.monotonic() - Math.max(failure?.at ?? -Infinity, held?.askedAt ?? -Infinity) >= coolDown
      if (!isUsable(held) || age() > lifetimeOf(held, maxStaleness)) return mayFetch ? fetchOnce() : settle()
      if (mayFetch && age() > lifetimeOf(held, maxStaleness) * early) void fetchOnce().catch(() => undefined)
      return held.list
    }
  }
}

/** Throws for what a cache on the way has kept too long: it may bring back what was taken off the list. */
function demandSuccessor(
  { list }: FetchedStatusList, { held, isTooOld }: { held: FetchedStatusList | undefined; isTooOld: boolean }
): void {
  if (isTooOld) throw new Error('a cache on the way has kept the status list for longer than it may be old')
  if (held !== undefined && list.issuedAt < held.list.issuedAt) throw new Error('the status list is an older one')
}

function lifetimeOf({ list }: FetchedStatusList, maxStaleness: number): number {
  return Math.min(list.ttl ?? maxStaleness, maxStaleness)
}
