import { renderEvent } from '../../protocol/feed-event.ts'
import { renderPoint, type Point } from '../../protocol/revocation-point.ts'
import { encodeRecords } from '../../protocol/revocation-record.ts'
import type { JournalHead } from '../../stores/journal.ts'
import type { RevocationList } from '../list.ts'

/** What comes after a place in the journal, as an event that is written once for all who stand there. */
export interface Batches {
  /** The journal's head, the same object until it moves. Undefined before the first snapshot was read. */
  head(): Place | undefined
  /** The next step from a place; undefined where the journal does not continue it. */
  next(place: Point): Batch | undefined
}

/** A place in the journal with its name on the wire. */
export interface Place extends Point {
  name: string
}

export interface Batch {
  /** Undefined where the place is the head already. */
  event: Buffer | undefined
  upTo: Place
}

/** So many entries in an event: some 30 kB. */
const batchSize = 1000

export function createBatches(list: Pick<RevocationList, 'head' | 'after'>): Batches {
  let head: { at: JournalHead; place: Place } | undefined
  // By the very object: thousands of streams share it, and it goes when the last of them has moved on.
  const made = new WeakMap<Point, Batch>()

  function headPlace(): Place | undefined {
    const at = list.head()
    if (at !== undefined && head?.at !== at) head = { at, place: placeOf(at) }
    return at && head?.place
  }

  function make(place: Point): Batch | undefined {
    const found = list.after(place, batchSize)
    if (found === undefined) return undefined
    const upTo = found.upTo === list.head() ? headPlace()! : placeOf(found.upTo)
    if (upTo.seq === place.seq) return { event: undefined, upTo }
    const entries = encodeRecords(found.entries).toString('base64url')
    const data = JSON.stringify({ after: place.seq, seq: upTo.seq, entries })
    return { event: Buffer.from(renderEvent('revocations', data, upTo.name)), upTo }
  }

  return {
    head: headPlace,
    next(place) {
      const batch = made.get(place) ?? make(place)
      if (batch !== undefined) made.set(place, batch)
      return batch
    }
  }
}

function placeOf({ seq, hash }: JournalHead): Place {
  const name = renderPoint({ seq, hash })
  return { seq, hash: name.split('.')[1], name }
}
