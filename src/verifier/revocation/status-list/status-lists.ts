import type { VerifierClock } from '../../options.ts'
import type { FetchedStatusList } from './fetch-status-list.ts'
import { FaultyStatusList, type StatusList } from './status-list.ts'

/** The lists that tokens have named, each fetched once for all of them and kept as long as it says. */
export interface StatusLists {
  /** A promise only where it has to be fetched. Rejects where there is none that may be used. */
  find(uri: string): StatusList | Promise<StatusList>
  count(): number
  /** Seconds, of the oldest. */
  age(): number
}

export interface StatusListsOptions {
  fetchList(uri: string): Promise<FetchedStatusList>
  clock: VerifierClock
  /** Seconds. */
  maxStaleness: number
  clockTolerance: number
  onResult(error?: unknown): void
}

interface Place {
  held: FetchedStatusList | undefined
  fetching: Promise<StatusList> | undefined
  /** Why it could not be fetched last, and when: monotonic milliseconds. */
  failure: { error: unknown; at: number } | undefined
}

const maxLists = 1000
/** Bytes of all lists together. */
const maxSize = 64 * 1024 * 1024
/** Milliseconds between two attempts that fail. */
const coolDown = 1000
/** The share of its time after which a list in use is fetched anew, while nobody waits for it. */
const early = 0.8

export function createStatusLists(options: StatusListsOptions): StatusLists {
  const { clock, maxStaleness, clockTolerance } = options
  const places = new Map<string, Place>()

  const ageOf = ({ askedAt }: FetchedStatusList): number => (clock.monotonic() - askedAt) / 1000
  const lifetimeOf = ({ list }: FetchedStatusList): number => Math.min(list.ttl ?? maxStaleness, maxStaleness)
  const isUsable = (held: FetchedStatusList | undefined): held is FetchedStatusList => held !== undefined &&
    ageOf(held) <= maxStaleness && (held.list.expiresAt ?? Infinity) + clockTolerance > clock.now() / 1000

  async function refresh(uri: string, place: Place): Promise<StatusList> {
    try {
      const fetched = await options.fetchList(uri)
      // A cache on the way may bring back what was taken off it.
      if (place.held !== undefined && fetched.list.issuedAt < place.held.list.issuedAt) throw new Error('the status list is an older one')
      place.failure = undefined
      place.held = fetched
      if (!isUsable(fetched)) throw new FaultyStatusList('the status list has expired')
      options.onResult()
    } catch (error) {
      place.failure = { error, at: clock.monotonic() }
      options.onResult(error)
    }
    return settle(place)
  }

  function settle(place: Place): StatusList {
    if (isUsable(place.held)) return place.held.list
    throw place.failure?.error ?? new Error('the status list is too old')
  }

  function fetchOnce(uri: string, place: Place): Promise<StatusList> {
    place.fetching ??= refresh(uri, place).finally(() => { place.fetching = undefined })
    return place.fetching
  }

  function take(uri: string): Place {
    const place = places.get(uri) ?? { held: undefined, fetching: undefined, failure: undefined }
    // The one that was used last stands at the end.
    places.delete(uri)
    places.set(uri, place)
    makeRoom(places)
    return place
  }

  return {
    count: () => places.size,
    age: () => Math.max(-Infinity, ...[...places.values()].map(({ held }) => held === undefined ? Infinity : ageOf(held))),
    find(uri) {
      const place = take(uri)
      const { held, failure } = place
      const mayFetch = failure === undefined || clock.monotonic() - failure.at >= coolDown
      if (isUsable(held) && ageOf(held) <= lifetimeOf(held)) {
        if (mayFetch && ageOf(held) > lifetimeOf(held) * early) void fetchOnce(uri, place).catch(() => undefined)
        return held.list
      }
      return mayFetch ? fetchOnce(uri, place) : settle(place)
    }
  }
}

function makeRoom(places: Map<string, Place>): void {
  const sizeOf = ({ held }: Place): number => held?.list.byteLength ?? 0
  let size = 0
  for (const place of places.values()) size += sizeOf(place)
  for (const [uri, place] of places) {
    if (places.size <= maxLists && size <= maxSize) return
    size -= sizeOf(place)
    places.delete(uri)
  }
}
