import { renderEvent } from '../../protocol/feed-event.ts'
import type { Batches } from './batches.ts'
import type { Moment } from './freshness.ts'
import type { KeyNotice } from './key-notice.ts'
import type { Stream } from './stream.ts'

/**
 * What is written to a stream, and when it is given up. A stream goes on from where it stands, one step after the other, and
 * only while its peer reads: what one that does not read would cost is bounded, and soon nothing.
 */
export interface Streams {
  /** Tells a stream all that it lacks; false where its peer has to read first, or where it has ended. */
  advance(stream: Stream): boolean
  heartbeat(stream: Stream, moment: Moment): void
  end(stream: Stream, reason: EndReason): void
  /** Says that the head cannot be confirmed any more. */
  endStale(stream: Stream, moment: Moment): void
}

export type EndReason = 'token-expired' | 'token-revoked' | 'shutting-down'

export interface StreamsOptions {
  batches: Batches
  keyNotice(): KeyNotice
  /** Forgets a stream that is about to end. */
  leave(stream: Stream): void
}

/** Bytes that may wait to be read, an event of that size on top. */
const room = 32 * 1024
/** Milliseconds in which it has to take some of them. */
const patience = 5000

export function createStreams({ batches, keyNotice, leave }: StreamsOptions): Streams {
  const endWith = (stream: Stream, lastWords: string): void => {
    leave(stream)
    stream.sink.end(lastWords)
  }
  const step = createStep({ batches, keyNotice, endWith })

  const end = (stream: Stream, reason: EndReason): void => endWith(stream, renderEvent('end', JSON.stringify({ reason })))

  function advance(stream: Stream): boolean {
    while (stream.at !== batches.head() || stream.keys !== keyNotice()) {
      if (stream.sink.unsent() > room) {
        // A place of its own: whoever holds the shared one keeps every batch that comes after it in memory.
        stream.at = { ...stream.at }
        stream.sink.onceDrained(() => advance(stream))
        return false
      }
      if (!step(stream)) return false
    }
    return true
  }

  return {
    advance,
    end,
    endStale(stream, { confirmedAt }) {
      endWith(stream, renderEvent('stale', `{"confirmed":${Math.floor(confirmedAt - stream.arrivedAt)}}`))
    },
    heartbeat(stream, { now, wall, confirmedAt }) {
      // Before the token is over, not after: the next turn would come too late.
      if (stream.expiresAt <= wall + 1000) return end(stream, 'token-expired')
      if (isGivenUp(stream, now)) {
        leave(stream)
        return stream.sink.destroy()
      }
      // A heartbeat for a place that the subscriber has not reached would prove nothing.
      if (!advance(stream)) return
      const { seq, name } = batches.head()!
      const [confirmed, sent] = [confirmedAt, now].map(time => Math.floor(time - stream.arrivedAt))
      stream.sink.write(renderEvent('heartbeat', `{"seq":${seq},"confirmed":${confirmed},"sent":${sent}}`, name))
    }
  }
}

interface StepOptions extends Omit<StreamsOptions, 'leave'> {
  endWith(stream: Stream, lastWords: string): void
}

/** Takes one step towards the head; false where there is none to take. */
function createStep({ batches, keyNotice, endWith }: StepOptions): (stream: Stream) => boolean {
  return stream => {
    const notice = keyNotice()
    if (stream.keys !== notice) {
      stream.keys = notice
      stream.sink.write(notice.event)
      return true
    }
    const batch = batches.next(stream.at)
    if (batch === undefined) {
      endWith(stream, renderEvent('reset', '{}'))
      return false
    }
    if (batch.event !== undefined) stream.sink.write(batch.event)
    stream.at = batch.upTo
    return true
  }
}

function isGivenUp(stream: Stream, now: number): boolean {
  const { sink, stalled } = stream
  if (sink.unsent() === 0) stream.stalled = undefined
  // Who reads slowly, some kilobytes a second, has something waiting at each turn: that is no reason to cut it off.
  else if (stalled === undefined || sink.taken() > stalled.taken) stream.stalled = { since: now, taken: sink.taken() }
  return stream.stalled !== undefined && now - stream.stalled.since > patience
}
