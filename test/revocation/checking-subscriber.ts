import type { Clock } from '../../src/ports/clock.ts'
import { recordBytes } from '../../src/protocol/revocation-record.ts'
import type { Sink } from '../../src/revocation/feed/stream.ts'
import { confirmedAt } from '../../src/verifier/revocation/feed/feed-session.ts'
import { createViews, type RevocationView } from '../../src/verifier/revocation/table/revocation-view.ts'
import { decodeSnapshot } from '../support/feed-table.ts'

/**
 * A subscriber that keeps its views as the verifier does, over tables that remember each entry in the order in which it came;
 * and that notes whatever the feed, or a change of views, does wrong.
 */
export interface CheckingSubscriber {
  faults: string[]
  /** Where it stands; undefined where it needs a snapshot. */
  point(): string | undefined
  isConnected(): boolean
  begin(snapshot: Buffer): void
  /** It needs a snapshot next. */
  abandon(): void
  /** A stream whose request was sent now. What was still on the way when another one broke is lost. */
  connect(): Sink
  cut(): void
  pause(): void
  readOn(): void
  /** The journal was restored without these: they may be refused no more. */
  lose(keys: readonly string[]): void
  /** The keys of the view that is asked, where it is the one that the feed continues and stands at that point. */
  settledAt(point: string): string[] | undefined
}

interface RecordingView extends RevocationView {
  keys: string[]
}

interface FeedEvent {
  name: string
  data: { after: number; seq: number; entries: string; confirmed: number }
  /** Empty where it has none. */
  point: string
}

export function createCheckingSubscriber(clock: Pick<Clock, 'monotonic'>): CheckingSubscriber {
  const faults: string[] = []
  const views = createViews(clock)
  const refused = new Set<string>()
  const lost = new Set<string>()
  let [unsent, reads] = [0, true]
  let connection: object | undefined
  let onDrained = (): void => undefined

  const serving = (): RecordingView => views.serving() as RecordingView

  /** What was refused once stays refused for as long as the journal has it. */
  function checkMemory(): void {
    const now = new Set(serving().keys)
    for (const key of refused) if (!now.has(key) && !lost.has(key)) faults.push(`${key} is refused no more`)
    for (const key of now) refused.add(key)
  }

  function take({ name, data, point }: FeedEvent, sentAt: number): void {
    const at = views.followed()?.seq
    if (name === 'revocations') {
      // As long as it is short it is applied at once.
      void views.apply({ ...data, point, entries: Buffer.from(data.entries, 'base64url') })
      if (data.after !== at) faults.push(`from ${data.after} at ${at}`)
    }
    if (name === 'heartbeat' && !views.confirm(data.seq, confirmedAt(clock, sentAt, data.confirmed))) {
      faults.push(`a heartbeat for ${data.seq} at ${at}`)
    }
    if (name === 'reset') {
      views.abandon()
      if (lost.size === 0) faults.push('reset, though the journal is the same')
    }
    checkMemory()
  }

  const begin = (view: RecordingView): void => {
    views.begin(view)
    checkMemory()
  }
  begin(viewAt('0', [], clock))

  return {
    faults,
    point: () => views.followed()?.point,
    isConnected: () => connection !== undefined,
    begin(snapshot) {
      const { point, records } = decodeSnapshot(snapshot)
      begin(viewAt(point, records.map(({ key }) => key), clock))
    },
    abandon() {
      connection = undefined
      views.abandon()
    },
    pause() { reads = false },
    readOn() {
      [unsent, reads] = [0, true]
      onDrained()
    },
    cut() { connection = undefined },
    lose(keys) {
      // Even where there is none: what was restored is another journal from there on.
      for (const key of ['', ...keys]) lost.add(key)
    },
    connect() {
      const own = {}
      const sentAt = clock.monotonic()
      connection = own
      unsent = 0
      const told = (text: string | Buffer): void => {
        if (own === connection) take(readEvent(String(text)), sentAt)
      }
      return {
        unsent: () => unsent,
        taken: () => 0,
        write(text) {
          // A peer that does not read has full buffers at once.
          if (own === connection && !reads) unsent += 40_000
          told(text)
        },
        onceDrained(callback) { onDrained = callback },
        end(text) {
          told(text)
          if (own === connection) connection = undefined
        },
        destroy() { if (own === connection) connection = undefined }
      }
    },
    settledAt: point => views.followed()?.point === point && views.followed() === serving() ? serving().keys : undefined
  }
}

function viewAt(point: string, keys: string[], clock: Pick<Clock, 'monotonic'>): RecordingView {
  const table: RevocationView['table'] = {
    add: (bytes, at) => void keys.push(Buffer.from(bytes.subarray(at, at + recordBytes)).toString('hex', 1, 13)),
    size: () => keys.length,
    covers: () => false,
    sweep: () => undefined
  }
  return { keys, table, seq: Number.parseInt(point), point, confirmedAt: -Infinity, learnedAt: clock.monotonic() }
}

function readEvent(text: string): FeedEvent {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { name: field('event'), data: JSON.parse(field('data')) as FeedEvent['data'], point: field('id') }
}
