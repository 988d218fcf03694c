import { decodeBase64url } from '../../decode-base64url.ts'
import { parseObject } from '../issuer/read-body.ts'
import type { Batch } from '../table/revocation-view.ts'

export interface KeyNews {
  keys: Array<Record<string, unknown>>
  removed: string[]
}

export interface PollAnswer {
  batch: Batch
  /** Of the journal. */
  head: number
  /** Milliseconds since the request arrived. */
  confirmed: number
  jwks: KeyNews | undefined
}

/** What the feed says, read from its JSON. Each throws for what the contract does not know. */
export const feedMessages = {
  keyNews: (data: string): KeyNews => readKeyNews(parseObject(data)),

  revocations(data: string, id: string | undefined): Batch {
    const { after, seq, entries } = parseObject(data)
    return readBatch({ after, seq, entries, point: id })
  },

  heartbeat(data: string): { seq: number; confirmed: number; sent: number } {
    const { seq, confirmed, sent } = parseObject(data)
    return { seq: readSeq(seq), confirmed: readNumber(confirmed), sent: readNumber(sent) }
  },

  /** The reason that an `end` gives. */
  end(data: string): string {
    const { reason } = parseObject(data)
    return typeof reason === 'string' ? reason : 'ended'
  },

  pollAnswer(text: string): PollAnswer {
    const { after, seq, point, entries, head, confirmed, jwks } = parseObject(text)
    return {
      batch: readBatch({ after, seq, point, entries }),
      head: readSeq(head),
      confirmed: readNumber(confirmed),
      jwks: jwks === undefined || jwks === null ? undefined : readKeyNews(jwks as Record<string, unknown>)
    }
  }
}

function readKeyNews({ keys, removed }: Record<string, unknown>): KeyNews {
  const isObject = (key: unknown): boolean => typeof key === 'object' && key !== null && !Array.isArray(key)
  if (!Array.isArray(keys) || !keys.every(isObject)) throw new Error('the feed told keys that are none')
  if (!Array.isArray(removed) || !removed.every(kid => typeof kid === 'string')) throw new Error('the feed told no list of removed keys')
  return { keys: keys as Array<Record<string, unknown>>, removed }
}

function readBatch({ after, seq, point, entries }: Record<'after' | 'seq' | 'point' | 'entries', unknown>): Batch {
  const place = readSeq(seq)
  if (typeof point !== 'string' || !pointPattern.test(point) || !point.startsWith(`${place}.`)) {
    throw new Error('the feed told a point that is none')
  }
  const bytes = typeof entries === 'string' ? decodeBase64url(entries) : undefined
  if (bytes === undefined) throw new Error('the feed told entries that are none')
  return { after: readSeq(after), seq: place, point, entries: bytes }
}

const pointPattern = /^[0-9]{1,15}\.[A-Za-z0-9_-]{16}$/

function readSeq(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Error('the feed told a sequence that is none')
  return value as number
}

function readNumber(value: unknown): number {
  if (typeof value !== 'number') throw new Error('the feed told a time that is none')
  return value
}
