import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RevocationList } from '../list.ts'
import type { Batches, Place } from './batches.ts'
import type { Stream } from './stream.ts'
import type { Streams } from './streams.ts'
import type { TokenWatch } from './token-watch.ts'

/** Tells every stream what is new. What comes up meanwhile, or in the same turn of the loop, is told in one go. */
export type Spread = () => Promise<void>

export interface SpreadOptions {
  list: RevocationList
  batches: Batches
  tokens: TokenWatch<Stream>
  open: ReadonlySet<Stream>
  streams: Streams
}

/** Streams that are written to before others have a turn: a few milliseconds. */
const slice = 250

export function createSpread({ list, batches, tokens, open, streams }: SpreadOptions): Spread {
  let checked: Place | undefined
  let isSpreading = false
  let isBehind = false

  /** Those whose own token has just been revoked hear what else is new, and then go. */
  function endRevoked(): void {
    const news = checked && list.after(checked, Infinity)
    for (const entry of news?.entries ?? []) {
      for (const stream of tokens.endedBy(entry)) {
        streams.advance(stream)
        if (open.has(stream)) streams.end(stream, 'token-revoked')
      }
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

  return async () => {
    isBehind = true
    if (isSpreading) return
    isSpreading = true
    try {
      while (isBehind) {
        await nextTurn()
        isBehind = false
        endRevoked()
        await tellEach()
      }
    } finally {
      isSpreading = false
    }
  }
}
