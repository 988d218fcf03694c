import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { noProgress, type Progress } from '../protocol/authorization-policy.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { AuthorizationResponse } from '../protocol/authorization-response.ts'
import { bindToBrowser, isOfBrowser, type BrowserBinding } from '../protocol/browser-binding.ts'
import { pendingNames } from '../protocol/pending-names.ts'
import type { UserTarget } from '../protocol/target.ts'
import type { PendingStore } from '../stores/pending.ts'
import { openAnswer, sealAnswer } from './seal-answer.ts'

/**
 * Persons on the way through sign-in and consent: one record per authorization request, so that two tabs do not disturb
 * each other. Each is bound to the browser that began it, and is answered once.
 */
export interface Interactions {
  /** Returns the id, for the URL. `browser` is the secret that the browser's cookie holds. */
  begin(start: { request: AuthorizationRequest; target: UserTarget; browser: string }): Promise<string>
  /** Undefined when it is unknown, has run out of time, or is another browser's. */
  find(id: string, browser: string | undefined): Promise<OpenInteraction | undefined>
  /** Notes what the person has done. False when another request has changed it meanwhile. */
  advance(interaction: OpenInteraction, done: Partial<Progress>): Promise<boolean>
  /**
   * The answer to the client, once and for all. Returns the answer that was given first: of two clicks both get that one.
   * Undefined when that was too long ago to be a double click.
   */
  answer(interaction: OpenInteraction, response: AuthorizationResponse): Promise<GivenAnswer | undefined>
  /** The answer that was given already; undefined as above. */
  repeat(interaction: OpenInteraction): Promise<GivenAnswer | undefined>
}

export interface GivenAnswer {
  response: AuthorizationResponse
  /** Whether it is the one that was passed in. */
  isOurs: boolean
}

interface InteractionRecord extends BrowserBinding {
  request: AuthorizationRequest
  target: UserTarget
  progress: Progress
  /** See seal-answer.ts; `at` is in milliseconds since 1970. */
  answered?: { sealed: string; at: number }
}

export interface OpenInteraction extends InteractionRecord {
  id: string
  /** The secret of the browser that it is bound to. */
  browser: string
  /** The record as it was read. */
  text: string
}

/** Seconds in which a person can find the password. */
const interactionLifetime = 30 * 60
/** Seconds in which a second click gets the answer to the first: whoever goes back later begins anew. */
const doubleClick = 10

const idPattern = /^[A-Za-z0-9_-]{22}$/

export interface InteractionsOptions {
  pending: PendingStore
  random: Random
  clock: Clock
}

export function createInteractions({ pending, random, clock }: InteractionsOptions): Interactions {
  async function read(id: string): Promise<{ record: InteractionRecord; text: string } | undefined> {
    const text = idPattern.test(id) ? await pending.find(pendingNames.interaction(id)) : undefined
    return text === undefined ? undefined : { record: JSON.parse(text) as InteractionRecord, text }
  }

  async function change({ id, browser: _, text, ...record }: OpenInteraction, changes: Partial<InteractionRecord>): Promise<boolean> {
    return pending.replace(pendingNames.interaction(id), text, JSON.stringify({ ...record, ...changes }))
  }

  async function repeat({ id, browser }: OpenInteraction): Promise<GivenAnswer | undefined> {
    const answered = (await read(id))?.record.answered
    if (answered === undefined || clock.now() - answered.at > doubleClick * 1000) return undefined
    return { response: openAnswer(answered.sealed, { browser, interactionId: id }), isOurs: false }
  }

  return {
    repeat,
    async begin({ request, target, browser }) {
      const id = random.bytes(16).toString('base64url')
      const record: InteractionRecord = {
        ...bindToBrowser(browser, random.bytes(16)), request, target, progress: noProgress
      }
      await pending.add(pendingNames.interaction(id), JSON.stringify(record), interactionLifetime)
      return id
    },
    async find(id, browser) {
      const found = browser === undefined ? undefined : await read(id)
      return found && isOfBrowser(found.record, browser) ? { ...found.record, id, browser: browser!, text: found.text } : undefined
    },
    advance: (interaction, done) => change(interaction, { progress: { ...interaction.progress, ...done } }),
    async answer(interaction, response) {
      const { id: interactionId, browser } = interaction
      const answered = { sealed: sealAnswer(response, { browser, interactionId }, random), at: clock.now() }
      const isFirst = interaction.answered === undefined && await change(interaction, { answered })
      return isFirst ? { response, isOurs: true } : repeat(interaction)
    }
  }
}
