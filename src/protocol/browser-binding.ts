import { timingSafeEqual } from 'node:crypto'
import { sha256Text } from './sha256.ts'

/**
 * What ties the pages of one act to the browser that began it: a secret that the browser's cookie holds, known here by its
 * hash, and a token that every form of these pages carries. Another site can make a browser send neither.
 */
export interface BrowserBinding {
  /** SHA-256 of the browser's secret, in base64url. */
  browserHash: string
  /** What every form carries. */
  csrf: string
}

/** @param random 128 random bits */
export function bindToBrowser(browser: string, random: Buffer): BrowserBinding {
  return { browserHash: sha256Text(browser), csrf: random.toString('base64url') }
}

/** @param browser what the cookie holds, if there is one */
export function isOfBrowser({ browserHash }: BrowserBinding, browser: string | undefined): boolean {
  return browser !== undefined && isSame(browserHash, sha256Text(browser))
}

/** What a form carries on a page about somebody: what is answered there is answered by that session. */
export function makeFormToken({ csrf }: BrowserBinding, sessionId: string): string {
  return `${csrf}.${sessionId}`
}

/** The session that the page was about, where it was about one. Undefined for a form that is none of ours. */
export function readFormToken(
  { csrf }: BrowserBinding, presented: string | undefined
): { sessionId: string | undefined } | undefined {
  const [token = '', sessionId] = presented?.split('.', 2) ?? []
  return isSame(csrf, token) ? { sessionId } : undefined
}

function isSame(ours: string, presented: string): boolean {
  const [one, other] = [Buffer.from(ours), Buffer.from(presented)]
  return one.length === other.length && timingSafeEqual(one, other)
}
