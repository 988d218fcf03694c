import { createHash } from 'node:crypto'
import type { LiveEntry } from '../../src/protocol/revocation-rules.ts'
import { createEntryTable } from '../../src/revocation/entry-table.ts'
import { createFeed, type Feed } from '../../src/revocation/feed/feed.ts'
import type { Sink } from '../../src/revocation/feed/stream.ts'
import type { RevocationList } from '../../src/revocation/list.ts'
import { createReplica } from '../../src/revocation/replica.ts'
import type { JournalEntry, JournalHead, TargetKind } from '../../src/stores/journal.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { createTestLog } from '../support/log.ts'

/** A feed over a journal that the test writes, with peers that read or do not. */
export interface FeedScene {
  feed: Feed
  clock: TestClock
  /** Seconds since the head was confirmed, and what happens when it is read once more. */
  confirmed: { age: number; refresh: () => Promise<unknown> }
  keys: { body: string }
  revoke(target: TargetKind, value: string, cutoff?: number): void
  revokeMany(count: number): void
  /** Another journal takes the place of this one. */
  restore(): void
  head(): JournalHead
  subscribe(options?: Partial<SubscribeOptions>): Peer
}

export interface SubscribeOptions {
  after: string
  clientId: string
  jti: string
  /** Seconds from now. */
  lifetime: number
  reads: boolean
}

export interface Peer extends Sink {
  text(): string
  /** Names of the events, with the last words. */
  names(): string[]
  state(): 'open' | 'ended' | 'destroyed'
  mostUnsent(): number
  readOn(): void
  /** Takes so many bytes of what waits. */
  take(bytes: number): void
}

export function openFeedScene(capacity?: number): FeedScene {
  const clock = createTestClock()
  const confirmed: FeedScene['confirmed'] = { age: 0, refresh: () => Promise.resolve() }
  const keys = { body: '{"keys":[{"kid":"key-1"},{"kid":"key-2"}]}' }
  const replica = createReplica(clock)
  let head: JournalHead = { seq: 0, hash: Buffer.alloc(32, 1) }
  replica.reset(head, createEntryTable())
  const list = { ...pick(replica), head: () => replica.head } as unknown as RevocationList
  const feed = createFeed({
    list, keys: { jwks: () => keys }, pulse: { age: () => confirmed.age, refresh: () => confirmed.refresh() },
    clock, log: createTestLog(), ...(capacity !== undefined && { capacity })
  })

  function next(target: TargetKind, value: string, cutoff?: number): JournalEntry {
    const [seq, endsAt] = [head.seq + 1, new Date(clock.now() + 3_600_000)]
    const hash = createHash('sha256').update(head.hash).update([seq, target, value, cutoff ?? 0, endsAt.getTime()].join(' ')).digest()
    head = { seq, hash }
    return { seq, target, value, cutoff, reason: 'test', createdAt: new Date(clock.now()), endsAt, hash }
  }

  return {
    feed, clock, confirmed, keys,
    head: () => head,
    revoke: (target, value, cutoff) => void replica.append([next(target, value, cutoff)]),
    revokeMany: count => void replica.append(Array.from({ length: count }, (_, place) => next('session', `${head.seq} ${place}`))),
    restore() {
      head = { seq: head.seq, hash: Buffer.alloc(32, 2) }
      replica.reset(head, createEntryTable())
    },
    subscribe({ after = '0', clientId = 'orders', jti = `c.${'A'.repeat(16)}.5.${'B'.repeat(12)}`, lifetime = 600, reads = true } = {}) {
      const [seq, hash] = after.split('.')
      const peer = createPeer(reads)
      const subscription = {
        point: { seq: Number(seq), hash }, claims: { jti, sub: clientId, client_id: clientId, kid: 'key-1' },
        expiresAt: clock.now() + lifetime * 1000, arrivedAt: feed.now()
      }
      feed.admit(subscription)
      feed.open(subscription, peer)
      return peer
    }
  }
}

function pick({ find, values, after, watch }: ReturnType<typeof createReplica>) {
  return { find: (kind: string, value: string): LiveEntry | undefined => find(kind, value), values, after, watch }
}

function createPeer(reads: boolean): Peer {
  const received: string[] = []
  let state: 'open' | 'ended' | 'destroyed' = 'open'
  let [unsent, most, written] = [0, 0, 0]
  let onDrained = (): void => undefined
  return {
    text: () => received.join(''),
    names: () => [...received.join('').matchAll(/^event: (\S+)$/gm)].map(([, name]) => name!),
    state: () => state,
    mostUnsent: () => most,
    unsent: () => unsent,
    taken: () => written - unsent,
    write(text) {
      if (state !== 'open') return
      received.push(String(text))
      written += text.length
      if (!reads) unsent += text.length
      most = Math.max(most, unsent)
    },
    onceDrained(callback) { onDrained = callback },
    readOn() {
      unsent = 0
      onDrained()
    },
    take(bytes) {
      unsent = Math.max(0, unsent - bytes)
      if (unsent === 0) onDrained()
    },
    end(lastWords) {
      received.push(lastWords)
      state = 'ended'
    },
    destroy() { state = 'destroyed' }
  }
}
