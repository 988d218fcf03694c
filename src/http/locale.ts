import Negotiator from 'negotiator'
import type { FastifyRequest } from 'fastify'
import { readAuthorizationParams } from '../protocol/authorization-params.ts'
import { locales, type Locale, type PageContext } from '../web/page-context.ts'
import type { Pages } from './pages.ts'
import { readRawForm } from './read-raw-form.ts'

/** Which language a page speaks: what the application asks for, then what the browser does, then English. */

declare module 'fastify' {
  interface FastifyRequest {
    /** The `ui_locales` of the request that began this way, where it is another one. */
    uiLocales: string | undefined
  }
}

/** More languages than anybody speaks. */
const mostTags = 20

/** @param uiLocales tags in order of preference, separated by spaces (OpenID Connect Core §3.1.2.1) */
export function negotiateLocale(uiLocales: string | undefined, acceptLanguage: string | undefined): Locale {
  // One by one: in a list of its own kind the header counts an exact match for more than an earlier place.
  for (const tag of uiLocales?.split(' ', mostTags) ?? []) {
    const asked = chooseLocale(tag)
    if (asked !== undefined) return asked
  }
  return chooseLocale(acceptLanguage ?? '') ?? 'en'
}

function chooseLocale(preferences: string): Locale | undefined {
  const [best] = new Negotiator({ headers: { 'accept-language': preferences } }).languages([...locales])
  return locales.find(locale => locale === best)
}

/** What a page is rendered with, pages of refusals included: those know nothing but the request. */
export function pageContextOf(request: FastifyRequest, { brand, base }: Pages): PageContext {
  const uiLocales = request.uiLocales ?? ownLocales(request)
  return { locale: negotiateLocale(uiLocales, request.headers['accept-language']), brand, base }
}

function ownLocales(request: FastifyRequest): string | undefined {
  const { query, body } = readRawForm(request)
  return readAuthorizationParams(query, body).get('ui_locales')
}
