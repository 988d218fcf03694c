import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import { isTriedAgain, noticeDelays } from '../protocol/notice-schedule.ts'
import { OutboundError } from '../protocol/outbound-error.ts'
import type { LogoutNotice, LogoutNoticeStore } from '../stores/logout-notices.ts'
import { createInFlight, type InFlight } from './in-flight.ts'
import type { SendLogoutToken } from './send-logout-token.ts'

/**
 * Tells clients of the sessions that have ended (OpenID Connect Back-Channel Logout 1.0). Who has to hear of which end stands
 * in the database, written by the act that ended the session: this folder only carries it there. Any number of instances may;
 * a notice that one of them failed to carry, or died with, comes again by itself.
 */
export interface NoticeDelivery {
  start(): void
  /** Waits for what is on its way. */
  stop(): Promise<void>
  /** Looks for notices now, and ends when none is due and none on its way. Does nothing before the start; never rejects. */
  nudge(): Promise<void>
}

export interface NoticeDeliveryOptions {
  store: LogoutNoticeStore
  send: SendLogoutToken
  log: Log
  metrics: Metrics
}

/** Milliseconds. */
const pollInterval = 2000
/** Deliveries at a time, of which one client's share is small, so that one that is away holds up no others. */
const lanes = 24
const lanesOfClient = 4

export function createNoticeDelivery(options: NoticeDeliveryOptions): NoticeDelivery {
  const { store, log } = options
  const onTheirWay = createInFlight()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isAsked = false

  async function pump(): Promise<void> {
    for (;;) {
      isAsked = false
      const claimed = timer === undefined ? [] : await claimDue(store, onTheirWay)
      // Each arrival is worth another look: its client may have been left alone until now.
      for (const notice of claimed) onTheirWay.add(notice.clientId, deliver(notice, options).finally(() => { isAsked = true }))
      if (claimed.length > 0 || isAsked) continue
      if (onTheirWay.size() === 0) return
      await onTheirWay.next()
    }
  }

  async function nudge(): Promise<void> {
    if (timer === undefined) return
    isAsked = true
    onTheirWay.wake()
    running ??= pump().catch((error: unknown) => {
      log.warn({ err: error as Error }, 'logout notices could not be read; they will be looked for again')
    }).finally(() => { running = undefined })
    return running
  }

  return {
    nudge,
    start() {
      timer ??= setInterval(() => void nudge(), pollInterval).unref()
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      await running
      await onTheirWay.settled()
    }
  }
}

async function claimDue(store: LogoutNoticeStore, onTheirWay: InFlight): Promise<LogoutNotice[]> {
  const limit = Math.min(lanesOfClient, lanes - onTheirWay.size())
  if (limit <= 0) return []
  return store.claim({ limit, except: onTheirWay.clientsWith(lanesOfClient), delays: noticeDelays })
}

/** Never rejects: whatever goes wrong, the notice is still in the store and falls due again. */
async function deliver(notice: LogoutNotice, options: NoticeDeliveryOptions): Promise<void> {
  const { store, log, metrics } = options
  const { clientId, sessionId, attempts } = notice
  try {
    if (notice.uri === undefined) return await store.settle(notice.id)
    const { outcome, ...detail } = await attempt({ ...notice, uri: notice.uri }, options)
    const isOurFault = 'reason' in detail && detail.reason === 'overloaded'
    metrics.count('countersign_logout_notices_total', { outcome })
    log.info({ client: clientId, session: sessionId, attempts, outcome, ...detail }, 'logout notice')
    if (outcome === 'delivered') return await store.settle(notice.id)
    if (isTriedAgain(attempts) || isOurFault) return
    metrics.count('countersign_logout_notices_total', { outcome: 'given-up' })
    log.warn({ client: clientId, session: sessionId, attempts }, 'logout notice given up')
    await store.giveUp(notice.id)
  } catch (error) {
    log.warn({ err: error as Error, client: clientId }, 'a logout notice could not be seen to; it will be tried again')
  }
}

type Outcome = { outcome: 'delivered' | 'refused'; status: number } | { outcome: 'blocked' | 'unreachable'; reason: string }

const blocked = ['bad-url', 'not-https', 'private-address']

/** 200 is success; some frameworks make it 204 (§2.8). The address of the client goes into no log: its query may be secret. */
async function attempt(notice: LogoutNotice & { uri: string }, { send }: NoticeDeliveryOptions): Promise<Outcome> {
  try {
    const status = await send(notice)
    return { outcome: status === 200 || status === 204 ? 'delivered' : 'refused', status }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return { outcome: blocked.includes(error.reason) ? 'blocked' : 'unreachable', reason: error.reason }
  }
}
