import { feedMessages } from './feed-messages.ts'
import { confirmedAt, hasStoodStill, stoodStill, type Ending, type FeedSession } from './feed-session.ts'
import { readBodyText } from '../issuer/read-body.ts'
import { createWatchdog } from '../issuer/watchdog.ts'

/** Milliseconds beyond the wait that was asked for. */
const patience = 5000
const maxAnswer = 4 * 1024 * 1024

/** Asks once for what is later than the view, and waits for it. Throws where that could not be asked. */
export async function pollFeed(session: FeedSession, signal: AbortSignal): Promise<Ending> {
  const wait = waitFor(session.maxStaleness)
  const nextWithin = wait * 1000 + patience
  const watchdog = createWatchdog({ silence: nextWithin, signal })
  try {
    const after = session.views.followed()!.point
    const { response, sentAt } = await session.caller.call(`/revocations?after=${after}&wait=${wait}&${session.identity()}`, {
      headers: { accept: 'application/json' }, signal: watchdog.signal, expected: 200
    })
    const { batch, head, confirmed, jwks } = feedMessages.pollAnswer(await readBodyText(response, maxAnswer, watchdog.signal))
    if (jwks !== undefined) session.takeKeys(jwks)
    const isContinued = await session.takeBatch(batch)
    // There is no `sent` here; and nothing is confirmed after it was sent.
    if (hasStoodStill(session.clock, sentAt, confirmed)) throw new Error(stoodStill)
    const at = confirmedAt(session.clock, sentAt, confirmed)
    const continues = isContinued && (head > batch.seq || session.takeConfirmation({ seq: head, at, nextWithin }))
    const wasFresh = continues && session.clock.monotonic() - at <= session.maxStaleness * 1000
    return { why: continues ? 'polled' : 'the feed left something out', isOrderly: continues, wasFresh, isBroken: false }
  } finally {
    watchdog.stop()
  }
}

/** Whole seconds, less than half of the bound: an answer that nothing happened has to come in time. */
function waitFor(maxStaleness: number): number {
  return Math.min(30, Math.max(0, Math.ceil(maxStaleness / 2) - 1))
}
