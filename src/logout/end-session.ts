import type { ClientRegistry } from '../clients/registry.ts'
import type { Random } from '../ports/random.ts'
import type { AuthorizationParams } from '../protocol/authorization-params.ts'
import { redirectLocation } from '../protocol/authorization-response.ts'
import { bindToBrowser, isOfBrowser, readFormToken, type BrowserBinding } from '../protocol/browser-binding.ts'
import { goesTo } from '../protocol/consent-address.ts'
import { pendingNames } from '../protocol/pending-names.ts'
import { sha256 } from '../protocol/sha256.ts'
import type { BrowserSession } from '../stores/browser-sessions.ts'
import type { Client } from '../stores/clients.ts'
import type { ConsentStore } from '../stores/consents.ts'
import type { CounterStore } from '../stores/counters.ts'
import type { PendingStore } from '../stores/pending.ts'
import type { HintFault, IdTokenHint } from '../tokens/id-token-hint.ts'

/**
 * Logout that an application begins (OpenID Connect RP-Initiated Logout 1.0). An ID token of the very session proves that
 * the application knows it, and then nobody is asked; whoever else sends a browser here makes it ask the person first.
 */
export interface EndSession {
  begin(params: AuthorizationParams, browser: LeavingBrowser): Promise<EndSessionOutcome>
  /** The person has confirmed, once or twice. */
  confirm(id: string, form: string | undefined, browser: LeavingBrowser): Promise<Confirmation>
  /** The languages that were asked for with the question. Undefined where this browser was not asked it. */
  languagesOf(id: string, browser: string | undefined): Promise<string | undefined>
}

export interface LeavingBrowser {
  session: BrowserSession | undefined
  /** What tells this browser from others. */
  browser: string
}

export type EndSessionOutcome =
  | { kind: 'confirm'; id: string; csrf: string; email: string; clientName: string | undefined; isVouched: boolean }
  | { kind: 'signed-out'; clientName: string | undefined; continueUri: string | undefined; isVouched: boolean; goesOn: boolean }

export interface Confirmation {
  /** Undefined for a form that is none of ours. */
  outcome: EndSessionOutcome | undefined
  /** The languages that were asked for with the question, where this browser was asked it. */
  uiLocales: string | undefined
}

export interface EndSessionOptions {
  registry: Pick<ClientRegistry, 'find'>
  verifyIdTokenHint(token: string): Promise<IdTokenHint | HintFault>
  endSession(session: Pick<BrowserSession, 'id' | 'userId'>): Promise<void>
  consents: Pick<ConsentStore, 'list'>
  pending: PendingStore
  counters: CounterStore
  random: Random
}

interface Continuation {
  clientName: string | undefined
  continueUri: string | undefined
  /** False for a client that registered itself: what it says of itself and where it leads nobody has checked. */
  isVouched: boolean
  uiLocales: string | undefined
}

type AskedBrowser = LeavingBrowser & { session: BrowserSession }

interface LogoutRecord extends BrowserBinding, Continuation {
  /** Who was asked. */
  session: { id: string; userId: string }
}

/** Who asks, and what that proves. */
interface Initiator {
  client: Client | undefined
  hint: IdTokenHint | undefined
}

interface WayOn {
  client: Client | undefined
  continueUri: string | undefined
}

/** Seconds. */
const logoutLifetime = 600
/** How many questions one session may have open, each with its own way on. */
const questionsOfSession = 20
/** What is over is dropped: it waits in memory. */
const longestLocales = 254
const idPattern = /^[A-Za-z0-9_-]{22}$/

export function createEndSession(options: EndSessionOptions): EndSession {
  const { endSession } = options
  const { ask, find } = createQuestions(options)

  return {
    async begin(params, { session, browser }) {
      const { client, hint } = await identify(params, options)
      const continueUri = client && continuation(params, client)
      const initiator = { clientName: client?.name, continueUri, isVouched: client?.registrationTokenHash === undefined }
      if (session !== undefined && hint?.sid !== session.id) {
        return ask({ session, browser }, { ...initiator, uiLocales: localesOf(params) })
      }
      const goesOn = hint !== undefined && (initiator.isVouched || await isAllowedBy(session, { client, continueUri }, options))
      if (session !== undefined) await endSession(session)
      return { kind: 'signed-out', ...initiator, goesOn }
    },
    async confirm(id, form, { session, browser }) {
      const record = await find(id, browser)
      if (record === undefined) return { outcome: undefined, uiLocales: undefined }
      const { session: asked, clientName, continueUri, isVouched, uiLocales } = record
      if (readFormToken(record, form) === undefined) return { outcome: undefined, uiLocales }
      // Somebody else has signed in since the page was shown.
      const isOther = session !== undefined && session.id !== asked.id
      if (isOther) return { outcome: await ask({ session, browser }, { clientName, continueUri, isVouched, uiLocales }), uiLocales }
      await endSession(asked)
      // Who proves nothing but that it is registered sends nobody on when registering takes no more than asking.
      return { outcome: { kind: 'signed-out', clientName, continueUri, isVouched, goesOn: isVouched }, uiLocales }
    },
    languagesOf: async (id, browser) => (await find(id, browser))?.uiLocales
  }
}

/** Questions as they wait for their answer. */
function createQuestions({ pending, counters, random }: EndSessionOptions) {
  async function ask(asked: AskedBrowser, initiator: Continuation): Promise<EndSessionOutcome> {
    const { allowed } = await counters.reserve(`logout:session:${asked.session.id}`, questionsOfSession, logoutLifetime)
    if (allowed) return keep(asked, initiator, random.bytes(16).toString('base64url'))
    // One question for all further ones, which leads nowhere: whoever sends a browser here over and over fills no memory, and
    // keeps nobody from signing out.
    return keep(asked, { ...initiator, clientName: undefined, continueUri: undefined, isVouched: true }, sharedIdOf(asked))
  }

  async function keep({ session, browser }: AskedBrowser, initiator: Continuation, id: string): Promise<EndSessionOutcome> {
    const { id: sessionId, userId, email } = session
    const record: LogoutRecord = { ...bindToBrowser(browser, random.bytes(16)), session: { id: sessionId, userId }, ...initiator }
    const isNew = await pending.add(pendingNames.logout(id), JSON.stringify(record), logoutLifetime)
    const text = isNew ? undefined : await pending.find(pendingNames.logout(id))
    const { csrf, clientName, isVouched } = text === undefined ? record : JSON.parse(text) as LogoutRecord
    return { kind: 'confirm', id, csrf, email, clientName, isVouched }
  }

  async function find(id: string, browser: string | undefined): Promise<LogoutRecord | undefined> {
    const text = browser !== undefined && idPattern.test(id) ? await pending.find(pendingNames.logout(id)) : undefined
    const record = text === undefined ? undefined : JSON.parse(text) as LogoutRecord
    return record && isOfBrowser(record, browser) ? record : undefined
  }

  return { ask, find }
}

const localesOf = (params: AuthorizationParams): string | undefined => params.get('ui_locales')?.slice(0, longestLocales)

/** Of one session in one browser. */
function sharedIdOf({ session, browser }: AskedBrowser): string {
  return sha256(`${session.id} ${browser}`).subarray(0, 16).toString('base64url')
}

/**
 * A client that registered itself has ID tokens as soon as it signs its own author in: with one of those our address would
 * send anybody anywhere (RFC 9700 §4.11.2). What it cannot have made up is the session in the browser, and that its user has
 * let the client in, there.
 */
async function isAllowedBy(
  session: BrowserSession | undefined, { client, continueUri }: WayOn, { consents }: EndSessionOptions
): Promise<boolean> {
  if (session === undefined || continueUri === undefined) return false
  const consent = (await consents.list(session.userId)).find(({ clientId }) => clientId === client?.id)
  return consent !== undefined && goesTo(continueUri, consent.items)
}

/** The hint says which client it was issued to; a `client_id` that says otherwise makes it worth nothing (§2). */
async function identify(params: AuthorizationParams, { registry, verifyIdTokenHint }: EndSessionOptions): Promise<Initiator> {
  const token = params.get('id_token_hint')
  const clientId = params.get('client_id')
  const verdict = token === undefined ? undefined : await verifyIdTokenHint(token)
  const hint = typeof verdict === 'object' ? verdict : undefined
  const isContradictory = (token !== undefined && hint === undefined) || (hint && clientId !== undefined && clientId !== hint.aud)
  if (isContradictory || params.faulty.size > 0) return { client: undefined, hint: undefined }
  const named = hint?.aud ?? clientId
  return { hint, client: named === undefined ? undefined : await registry.find(named) }
}

/** Where the person may go on to: a registered URI, byte for byte, with the state as it came (§3). */
function continuation(params: AuthorizationParams, client: Client): string | undefined {
  const redirectUri = params.get('post_logout_redirect_uri')
  if (redirectUri === undefined || !client.postLogoutRedirectUris.includes(redirectUri)) return undefined
  const state = params.get('state')
  return redirectLocation({ redirectUri, params: state === undefined ? {} : { state } })
}
