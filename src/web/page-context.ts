/**
 * The pages that people see: functions from data to HTML, and nothing else. What a page says about the person, the
 * application or the state of things is decided before it is called; this folder knows no request, no store and no clock.
 * Preact escapes everything; no page sets inner HTML.
 */

export const locales = ['en', 'de', 'fr'] as const

export type Locale = typeof locales[number]

/** The operator's face, with the files that carry it: paths under the issuer's, a hash of the content in each. */
export interface Brand {
  name: string
  stylesheet: string
  submitScript: string
  /** For the browser's tab. */
  icon: string
  logo: string | undefined
}

/** What every page is told beside its own data. */
export interface PageContext {
  locale: Locale
  brand: Brand
  /** The path of the issuer's URL, '' for none: what the brand's files lie under. */
  base: string
}
