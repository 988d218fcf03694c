import { createEventStreamParser, type StreamEvent } from './event-stream-parser.ts'
import { feedMessages } from './feed-messages.ts'
import { confirmedAt, hasStoodStill, stoodStill, type Ending, type FeedSession } from './feed-session.ts'
import type { IssuerAnswer } from '../issuer/issuer-caller.ts'
import { readChunks } from '../issuer/read-body.ts'
import { createWatchdog, type Watchdog } from '../issuer/watchdog.ts'

/** Milliseconds without an event after which a stream is given up. */
const silence = 5000
/** Characters of one event. */
const maxEvent = 4 * 1024 * 1024

/** Follows one stream from where the view stands until it ends. Throws where it could not be opened. */
export async function followStream(session: FeedSession, signal: AbortSignal): Promise<Ending> {
  const watchdog = createWatchdog({ silence, signal })
  try {
    const after = session.views.followed()!.point
    const answer = await session.caller.call(`/revocations/feed?after=${after}&${session.identity()}`, {
      headers: { accept: 'text/event-stream' }, signal: watchdog.signal, expected: 200
    })
    watchdog.touch()
    return await readEvents(session, answer, watchdog)
  } finally {
    watchdog.stop()
  }
}

async function readEvents(session: FeedSession, answer: IssuerAnswer, watchdog: Watchdog): Promise<Ending> {
  const taker = createEventTaker(session, answer)
  const decoder = new TextDecoder()
  const parse = createEventStreamParser(maxEvent)
  try {
    for await (const chunk of readChunks(answer.response, watchdog.signal)) {
      for (const event of parse(decoder.decode(chunk, { stream: true }))) {
        watchdog.touch()
        const ending = await taker.take(event)
        if (ending !== undefined) return ending
      }
    }
    return taker.cut('the stream was cut')
  } catch (error) {
    return taker.cut(error instanceof Error ? error.message : 'the stream was cut')
  }
}

interface EventTaker {
  /** How the stream ends, where the event ends it. */
  take(event: StreamEvent): Ending | undefined | Promise<Ending | undefined>
  /** It has ended without a word. */
  cut(why: string): Ending
}

function createEventTaker(session: FeedSession, { sentAt, forgetToken }: IssuerAnswer): EventTaker {
  const { clock, maxStaleness } = session
  const patience = Math.max(2 * maxStaleness * 1000, 2 * silence)
  let wasFresh = false
  let freshAt = sentAt

  const end = (why: string, isOrderly = false): Ending => ({ why, isOrderly, wasFresh, isBroken: false })

  function takeHeartbeat(data: string): Ending | undefined {
    const { seq, confirmed, sent } = feedMessages.heartbeat(data)
    if (hasStoodStill(clock, sentAt, sent)) return end(stoodStill)
    const at = confirmedAt(clock, sentAt, confirmed)
    if (!session.takeConfirmation({ seq, at, nextWithin: silence })) return end('the feed left something out')
    const now = clock.monotonic()
    if (now - at <= maxStaleness * 1000) {
      wasFresh = true
      freshAt = now
    }
    // Something on the way holds events back, and will not stop doing it; or, where they came in time once, clocks run unevenly.
    return now - freshAt > patience ? { ...end('events come too late'), isBroken: !wasFresh } : undefined
  }

  const takers: Record<string, EventTaker['take']> = {
    jwks: ({ data }) => void session.takeKeys(feedMessages.keyNews(data)),
    revocations: async ({ data, id }) =>
      await session.takeBatch(feedMessages.revocations(data, id)) ? undefined : end('the feed left something out'),
    heartbeat: ({ data }) => takeHeartbeat(data),
    stale: () => end('the instance cannot confirm the head'),
    reset() {
      session.views.abandon()
      return end('the journal is another')
    },
    end({ data }) {
      const reason = feedMessages.end(data)
      if (reason.startsWith('token-')) forgetToken()
      return end(reason, true)
    }
  }

  return {
    take: event => Object.hasOwn(takers, event.name) ? takers[event.name]!(event) : undefined,
    cut: why => ({ ...end(why), isBroken: !wasFresh })
  }
}
