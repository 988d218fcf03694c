import type { AnnouncedRule } from './announced-rule.ts'
import type { IssuerCaller } from '../issuer/issuer-caller.ts'
import type { KeyListener } from '../revocation-checker.ts'
import type { RevocationView } from '../table/revocation-view.ts'
import { UnexpectedAnswer } from '../issuer/unexpected-answer.ts'

/** Tells the service how far this verifier is, so that it can say where a revocation is effective. */
export interface Acknowledger {
  /** Something has changed: told in a moment, with what else changes until then. */
  note(): void
  /** Says goodbye, so that nobody waits for a verifier that is no more. */
  close(): Promise<void>
}

export interface AcknowledgerOptions {
  caller: IssuerCaller
  instance: string
  rule: Pick<AnnouncedRule, 'read'>
  keys: Pick<KeyListener, 'heldKids'>
  view(): RevocationView | undefined
  /** The point is not of the service's journal. */
  onGone(): void
  onResult(result: 'acks' | 'ackFailures'): void
}

/** Milliseconds. */
const times = { gather: 100, repeat: 30_000, retry: 5000, timeout: 5000 }

export function createAcknowledger(options: AcknowledgerOptions): Acknowledger {
  let timer: ReturnType<typeof setTimeout> | undefined
  let dueAt = Infinity
  let sending: Promise<void> = Promise.resolve()
  let isClosed = false

  function sendIn(milliseconds: number): void {
    const due = performance.now() + milliseconds
    if (isClosed || due >= dueAt) return
    clearTimeout(timer)
    dueAt = due
    timer = setTimeout(() => {
      dueAt = Infinity
      // One at a time: an older word must not overtake a newer one.
      sending = sending.then(send)
    }, milliseconds)
  }

  async function send(): Promise<void> {
    if (isClosed) return
    const isTold = await acknowledge(options)
    options.onResult(isTold ? 'acks' : 'ackFailures')
    sendIn(isTold ? times.repeat : times.retry)
  }

  return {
    note: () => sendIn(times.gather),
    async close() {
      isClosed = true
      clearTimeout(timer)
      await sending
      await leave(options).catch(() => undefined)
    }
  }
}

/** Never rejects: verifying does not depend on it. */
async function acknowledge(options: AcknowledgerOptions): Promise<boolean> {
  const { caller, instance, rule, keys, view, onGone } = options
  const known = view()
  // What has not been proved to be whole is nothing to build on.
  if (known === undefined || known.confirmedAt === -Infinity) return true
  const { maxStaleness, whenStale } = rule.read()
  try {
    await caller.call('/revocations/ack', {
      method: 'POST',
      json: { instance, point: known.point, kids: keys.heldKids(), max_staleness: maxStaleness, when_stale: whenStale },
      signal: AbortSignal.timeout(times.timeout),
      expected: 204
    })
    return true
  } catch (error) {
    if (error instanceof UnexpectedAnswer && error.status === 410) onGone()
    return false
  }
}

async function leave({ caller, instance }: AcknowledgerOptions): Promise<void> {
  await caller.call(`/revocations/ack?instance=${encodeURIComponent(instance)}`, {
    method: 'DELETE', signal: AbortSignal.timeout(times.timeout / 2), expected: 204
  })
}
