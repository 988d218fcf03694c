import type { Locale } from '../page-context.ts'
import { de } from './de.ts'
import { en, type Messages } from './en.ts'
import { fr } from './fr.ts'

/** The languages: a new one is a file here, a line below and its name in `locales`. */
export const messages: Record<Locale, Messages> = { en, de, fr }
