import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../../ports/log.ts'
import type { RevocationList } from '../list.ts'
import type { Batches, Place } from './batches.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'
import { isRevoked, type TokenWatch } from './token-watch.ts'

/** Tells every stream what is new. */
export interface Spread {
  /** The first stream is about to be added, whose token is good as far as the list knows. */
  begin(): void
  /** Returns at once. What comes up meanwhile, or in the same turn of the loop, is told in one go. */
  tell(): void
}

export interface SpreadOptions {
  list: RevocationList
  batches: Batches
  tokens: TokenWatch<Stream>
  open: ReadonlySet<Stream>
  streams: Streams
  log: Log
}

/** Streams that are written to before others have a turn: a few milliseconds. */
const slice = 250

export function createSpread({ list, batches, tokens, open, streams, log }: SpreadOptions): Spread {
  let checked: Place | undefined
  /** Those whose own token has just been revoked hear what else is new, and then go. */
  function endRevoked(): void {
    const news = checked && list.after(checked, Infinity)
    const ended = news === undefined
      ? [...open].filter(({ claims }) => isRevoked(claims, list))
      : news.entries.flatMap(entry => tokens.endedBy(entry))
    for (const stream of ended) {
      streams.advance(stream)
      if (open.has(stream)) streams.end(stream, 'token-revoked')
    }
    checked = batches.head()
  }

  async function tellEach(): Promise<void> {
    let told = 0
    for (const stream of open) {
      streams.advance(stream)
      if (++told % slice === 0) await nextTurn()
    }
  }

  return {
    begin() {
      checked = batches.head()
    },
    tell: createRepeat(async () => {
      endRevoked()
      await tellEach()
    }, error => log.error({ err: error }, 'a revocation could not be told to every stream'))
  }
}

/** Does the work in the next turn of the loop, one at a time, and once more where it is asked for after it has begun. */
function createRepeat(work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let isWorking = false
  let isAsked = false

  async function workOn(): Promise<void> {
    isWorking = true
    try {
      while (isAsked) {
        await nextTurn()
        isAsked = false
        await work()
      }
    } finally {
      isWorking = false
    }
  }

  return () => {
    isAsked = true
    if (!isWorking) void workOn().catch(onError)
  }
}
