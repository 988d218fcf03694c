import type { FastifyRequest } from 'fastify'
import { isUnavailable } from '../protocol/errors.ts'
import type { BrowserCookies } from './browser-cookies.ts'
import type { HttpRooms } from './rooms.ts'

/**
 * The `ui_locales` with which the way began that a refused request is a step of: refusals come before anybody has looked at
 * the way. Undefined in another browser than it began in: whoever looks on there is not known to be the same person, and is
 * not told by the language that there is such a way.
 */
export type LanguagesOfWay = (request: FastifyRequest, refusal: Error) => Promise<string | undefined>

export function createLanguagesOfWay({ interactions, endSession }: Pick<HttpRooms, 'interactions' | 'endSession'>, cookies: BrowserCookies): LanguagesOfWay {
  async function find(request: FastifyRequest): Promise<string | undefined> {
    const { id } = request.params as { id?: string }
    const route = request.routeOptions.url ?? ''
    if (id === undefined) return undefined
    if (route.includes('/oauth/logout/')) return endSession.languagesOf(id, cookies.browser(request))
    const interaction = await interactions.find(id, cookies.interaction(request, id))
    return interaction?.request.uiLocales
  }

  return async (request, refusal) => {
    // What is away would be asked once more.
    if (request.uiLocales !== undefined || isUnavailable(refusal)) return request.uiLocales
    // A page in another language is better than none.
    return find(request).catch(() => undefined)
  }
}
