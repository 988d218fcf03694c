import { createAcknowledger, type Acknowledger } from './acknowledger.ts'
import type { AnnouncedRule } from './announced-rule.ts'
import type { Counters } from '../counters.ts'
import { followFeed } from './feed-follower.ts'
import type { FeedSession } from './feed-session.ts'
import type { Freshness } from '../freshness.ts'
import { createKeyNewsTaker } from './key-news-taker.ts'
import { loadSnapshot } from './load-snapshot.ts'
import type { FeedSettings } from '../read-settings.ts'
import type { WhenStale } from '../revocation-checker.ts'
import type { RevocationContext } from '../revocation-context.ts'
import { createViews, type RevocationView, type Views } from '../table/revocation-view.ts'
import type { IssuerAccess } from '../issuer/issuer-access.ts'
import { createTransportChoice } from './transport-choice.ts'
import { createUpkeep } from './upkeep.ts'
import { createViewFreshness } from './view-freshness.ts'

/** All that keeps the view up to date, put together. */
export interface OpenFeed {
  views: Pick<Views, 'serving'>
  freshness: Freshness
  start(): void
  /** Calls may have this rule of their own: the service is told where it is laxer. */
  announce(whenStale: WhenStale): void
  close(): Promise<void>
}

export type FeedCount = 'snapshots' | 'streams' | 'polls' | 'failures' | 'batches' | 'confirmations' | 'keyChanges' | 'acks' | 'ackFailures'

export interface FeedParts {
  settings: FeedSettings
  rule: AnnouncedRule
  context: RevocationContext
  access: IssuerAccess
  counters: Pick<Counters<FeedCount>, 'count'>
  signal: AbortSignal
}

export function openFeed(parts: FeedParts): OpenFeed {
  const { settings, rule, context, access: { caller, time }, counters: { count }, signal } = parts
  const { clock, events, platform } = context
  const views = createViews(clock)
  const freshness = createViewFreshness({ ...settings, clock, views, events })
  const acknowledger = createAcknowledger({
    instance: settings.instance, rule, caller, keys: context.keys, view: views.serving, onGone: views.abandon, onResult: count
  })
  const upkeep = createUpkeep({ views, time, freshness })
  const seed = randomWord()
  let following: Promise<void> = Promise.resolve()

  return {
    views,
    freshness,
    start() {
      upkeep.start()
      following = followFeed({
        session: createSession(parts, { views, freshness, acknowledger }),
        transports: createTransportChoice(settings.transport, clock),
        loadSnapshot: (): Promise<RevocationView> => loadSnapshot({ caller, clock, platform, seed, signal }),
        random: () => randomWord() / 0x100000000,
        onAct: count,
        onFailure(error) {
          count('failures')
          events.emit('error', { error, during: 'revocation' })
        },
        signal
      })
    },
    announce(whenStale) {
      if (rule.include(whenStale)) acknowledger.note()
    },
    async close() {
      upkeep.stop()
      await following
      await acknowledger.close()
    }
  }
}

interface Told {
  views: Views
  freshness: Freshness
  acknowledger: Acknowledger
}

function createSession({ settings, rule, context, access, counters: { count } }: FeedParts, told: Told): FeedSession {
  const { views, freshness, acknowledger } = told
  const takeKeys = createKeyNewsTaker(context.keys)
  return {
    caller: access.caller, clock: context.clock, views, maxStaleness: settings.maxStaleness,
    identity() {
      const { maxStaleness, whenStale } = rule.read()
      return new URLSearchParams({ instance: settings.instance, max_staleness: String(maxStaleness), when_stale: whenStale }).toString()
    },
    takeKeys(news) {
      if (!takeKeys(news)) return
      count('keyChanges')
      acknowledger.note()
    },
    async takeBatch(batch) {
      const continues = await views.apply(batch)
      if (continues && batch.seq > batch.after) {
        count('batches')
        acknowledger.note()
      }
      return continues
    },
    takeConfirmation({ seq, at, nextWithin }) {
      const before = views.serving()
      const wasProved = before !== undefined && before.confirmedAt !== -Infinity
      if (!views.confirm(seq, at)) return false
      context.keys.confirmKeys(at, nextWithin)
      count('confirmations')
      freshness.look()
      // It is another table now, or the first that can be built on.
      if (!wasProved || views.serving() !== before) acknowledger.note()
      return true
    }
  }
}

function randomWord(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
