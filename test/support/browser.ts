import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Test } from 'tap'

/** A real browser for tests: one for a file, and a context of its own (cookies, cache, settings) for each test. */

const executablePath = process.env['CHROMIUM_PATH'] ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(file => existsSync(file))

const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

// Chromium's sandbox does not work for root.
const unsandboxed = process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : []

/** Build output for a person to look at. */
const screenshots = path.resolve(import.meta.dirname, '../../.tap/screenshots')

/**
 * Closed when the test ends.
 * @param args further switches of the command line
 */
export async function openBrowser(t: Test, args: readonly string[] = []): Promise<Browser> {
  if (executablePath === undefined) throw new Error('There is no Chromium: install it, or set CHROMIUM_PATH.')
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...unsandboxed, ...args] })
  t.teardown(() => browser.close())
  return browser
}

export interface OpenedPage {
  page: Page
  /**
   * What the browser complained of on any page so far: errors on the console, breaches of the content security policy
   * among them, exceptions, requests that failed.
   */
  faults: string[]
}

export interface PageSettings extends BrowserContextOptions {
  /** `light` unless told. */
  colorScheme?: 'light' | 'dark'
  /** A desktop window unless told. */
  viewport?: { width: number, height: number }
}

export const phone = { width: 390, height: 844 }
/** The narrowest that WCAG 2.2 asks for (1.4.10). */
export const narrow = { width: 320, height: 640 }

/** A page in a context of its own; closed when the test ends. */
export async function openPage(t: Test, browser: Browser, settings: PageSettings = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ locale: 'en', colorScheme: 'light', ...settings })
  t.teardown(() => context.close())
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', error => faults.push(error.message))
  page.on('requestfailed', request => faults.push(`${request.url()} ${request.failure()?.errorText ?? 'failed'}`))
  return { page, faults }
}

/** Keeps a picture of the whole page as `.tap/screenshots/<name>.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true })
}
