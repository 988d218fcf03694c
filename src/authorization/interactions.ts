import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { noProgress, type Progress } from '../protocol/authorization-policy.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { AuthorizationResponse } from '../protocol/authorization-response.ts'
import { bindToBrowser, isOfBrowser, type BrowserBinding } from '../protocol/browser-binding.ts'
import { CountersignError } from '../protocol/errors.ts'
import { pendingNames } from '../protocol/pending-names.ts'
import type { UserTarget } from '../protocol/target.ts'
import type { CounterStore } from '../stores/counters.ts'
import type { PendingStore } from '../stores/pending.ts'
import { openAnswer, sealAnswer } from './seal-answer.ts'

/**
 * Persons on the way through sign-in and consent: one record per authorization request, so that two tabs do not disturb
 * each other. Each is bound to the browser that began it, and is answered once.
 */
export interface Interactions {
  /** Returns the id, for the URL. Throws `rate_limited` when too many are open from that address. */
  begin(start: InteractionStart): Promise<string>
  /** Undefined when it is unknown, has run out of time, or is another browser's. */
  find(id: string, browser: string | undefined): Promise<OpenInteraction | undefined>
  /** Notes what the person has done. False when another request has changed it meanwhile. */
  advance(interaction: OpenInteraction, done: Partial<Progress>): Promise<boolean>
  /** The answer to the client, once and for all. False when there is one already. */
  answer(interaction: OpenInteraction, answer: Answer): Promise<boolean>
  /**
   * The answer that was given, for a second click. Undefined when that was too long ago to be a double click, and for
   * anybody but the user whom it is about.
   */
  repeat(interaction: OpenInteraction, userId: string | undefined): Promise<AuthorizationResponse | undefined>
}

export interface InteractionStart {
  request: AuthorizationRequest
  target: UserTarget
  /** The secret that the browser's cookie holds. */
  browser: string
  /** What counts as one visitor. */
  address: string
}

export interface Answer {
  response: AuthorizationResponse
  /** Whose code is in it. */
  userId?: string
}

interface InteractionRecord extends BrowserBinding {
  request: AuthorizationRequest
  target: UserTarget
  address: string
  progress: Progress
  /** See seal-answer.ts; `at` is in milliseconds since 1970. */
  answered?: { sealed: string; userId?: string; at: number }
}

export interface OpenInteraction extends InteractionRecord {
  id: string
  /** The secret of the browser that it is bound to. */
  browser: string
  /** The record as it was read. */
  text: string
}

/** Seconds in which a person can find the password; the cookie that goes with it lives as long. */
export const interactionLifetime = 30 * 60
/** Seconds in which a second click gets the answer to the first: whoever goes back later begins anew. */
const doubleClick = 10
/** Seconds in which a form that is still open is told that it is over. */
const afterAnswer = 60

const idPattern = /^[A-Za-z0-9_-]{22}$/

export interface InteractionsOptions {
  pending: PendingStore
  counters: CounterStore
  random: Random
  clock: Clock
  /** How many may be open from one address. */
  limitPerAddress: number
}

const counterOf = (address: string): string => `interaction:address:${address}`

export function createInteractions({ pending, counters, random, clock, limitPerAddress }: InteractionsOptions): Interactions {
  const { read, change, settle } = createRecords(pending)

  return {
    async begin({ request, target, browser, address }) {
      // Nobody has signed in yet: without a bound anybody could fill the memory that all share.
      const { allowed, resetsIn } = await counters.reserve(counterOf(address), limitPerAddress, interactionLifetime)
      if (!allowed) throw new CountersignError('rate_limited', { reason: 'interaction/too-many-open', retryAfter: resetsIn })
      const id = random.bytes(16).toString('base64url')
      const record: InteractionRecord = {
        ...bindToBrowser(browser, random.bytes(16)), request, target, address, progress: noProgress
      }
      await pending.add(pendingNames.interaction(id), JSON.stringify(record), interactionLifetime)
      return id
    },
    async find(id, browser) {
      const found = browser === undefined ? undefined : await read(id)
      return found && isOfBrowser(found.record, browser) ? { ...found.record, id, browser: browser!, text: found.text } : undefined
    },
    advance: (interaction, done) => change(interaction, { progress: { ...interaction.progress, ...done } }),
    async answer(interaction, { response, ...whose }) {
      const { id: interactionId, browser } = interaction
      const answered = { sealed: sealAnswer(response, { browser, interactionId }, random), ...whose, at: clock.now() }
      const isFirst = await settle(interaction, answered)
      if (isFirst) await counters.giveBack(counterOf(interaction.address))
      return isFirst
    },
    async repeat({ id: interactionId, browser }, userId) {
      const answered = (await read(interactionId))?.record.answered
      if (answered === undefined || clock.now() - answered.at > doubleClick * 1000) return undefined
      // Who planted the browser's cookie can come here as well as the person can.
      const isTheirs = answered.userId === undefined || answered.userId === userId
      return isTheirs ? openAnswer(answered.sealed, { browser, interactionId }) : undefined
    }
  }
}

/** The records as they are kept: each change is made of what was read, or not at all. */
function createRecords(pending: PendingStore) {
  async function read(id: string): Promise<{ record: InteractionRecord; text: string } | undefined> {
    const text = idPattern.test(id) ? await pending.find(pendingNames.interaction(id)) : undefined
    return text === undefined ? undefined : { record: JSON.parse(text) as InteractionRecord, text }
  }

  async function change({ id, browser: _, text, ...record }: OpenInteraction, changes: Partial<InteractionRecord>): Promise<boolean> {
    // One that was answered counts against nobody any more, so it must not stay: who begins and cancels has no bound.
    const lifetime = changes.answered && afterAnswer
    return pending.replace(pendingNames.interaction(id), text, { value: JSON.stringify({ ...record, ...changes }), lifetime })
  }

  /** A second click may note again what the first one did: that changes the record, and answers nothing. */
  async function settle(interaction: OpenInteraction, answered: NonNullable<InteractionRecord['answered']>, tries = 5): Promise<boolean> {
    if (interaction.answered !== undefined || tries === 0) return false
    if (await change(interaction, { answered })) return true
    const found = await read(interaction.id)
    return found !== undefined && settle({ ...interaction, ...found.record, text: found.text }, answered, tries - 1)
  }

  return { read, change, settle }
}
