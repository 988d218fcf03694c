import { renderEvent } from '../../protocol/feed-event.ts'

/** What subscribers are told of keys: which verify, and which were compromised. */
export interface KeyNotice {
  keys: object[]
  removed: string[]
  /** As an event of the feed. */
  event: string
}

export interface KeyNotices {
  /** As last looked up: the same object while nothing changes. */
  current(): KeyNotice
  /** Looks again; whether something has changed. */
  refresh(): boolean
}

export interface KeyNoticesOptions {
  keys: { jwks(): { body: string } }
  list: { values(kind: string): string[] }
}

export function createKeyNotices({ keys, list }: KeyNoticesOptions): KeyNotices {
  let known: { body: string; removed: string; notice: KeyNotice } | undefined

  function refresh(): boolean {
    const { body } = keys.jwks()
    const removed = list.values('key')
    const names = removed.join(' ')
    if (known?.body === body && known.removed === names) return false
    known = { body, removed: names, notice: makeNotice(body, removed) }
    return true
  }

  return {
    refresh,
    current() {
      if (known === undefined) refresh()
      return known!.notice
    }
  }
}

/** The journal may tell of a removed key before the ring was read anew. */
function makeNotice(body: string, removed: string[]): KeyNotice {
  const { keys: shown } = JSON.parse(body) as { keys: Array<{ kid: string }> }
  const keys = shown.filter(({ kid }) => !removed.includes(kid))
  return { keys, removed, event: renderEvent('jwks', JSON.stringify({ keys, removed })) }
}
