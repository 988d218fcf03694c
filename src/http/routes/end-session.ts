import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hashCookie } from '../../authorization/session-cookie.ts'
import type { EndSessionOutcome, LeavingBrowser } from '../../logout/end-session.ts'
import { readAuthorizationParams } from '../../protocol/authorization-params.ts'
import { renderLogoutPage } from '../../web/logout-page.tsx'
import { renderSignedOutPage } from '../../web/signed-out-page.tsx'
import type { BrowserCookies } from '../browser-cookies.ts'
import { foreignForm } from '../foreign-form.ts'
import { pageContextOf } from '../locale.ts'
import { refuseForeignForm } from '../plugins/refuse-foreign-form.ts'
import { readRawForm } from '../read-raw-form.ts'
import { repeatWithCookies } from '../repeat-with-cookies.ts'
import type { HttpRooms } from '../rooms.ts'
import { endSessionSchemas as schemas } from '../schemas/end-session.ts'
import { hostOf } from '../send-authorization-response.ts'
import { sendPage } from '../send-page.ts'

/** The end-session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2), by GET and by POST. */
export function endSessionRoutes(app: FastifyInstance, rooms: HttpRooms, cookies: BrowserCookies): void {
  const { endSession, browserSessions, pages } = rooms

  async function look(request: FastifyRequest, reply: FastifyReply): Promise<LeavingBrowser> {
    const cookie = cookies.session(request)
    const session = cookie === undefined ? undefined : await browserSessions.find(hashCookie(cookie))
    return { session, browser: cookies.ensureBrowser(request, reply) }
  }

  function show(request: FastifyRequest, reply: FastifyReply, outcome: EndSessionOutcome): FastifyReply {
    const context = pageContextOf(request, pages)
    if (outcome.kind === 'confirm') {
      return sendPage(reply, renderLogoutPage({ ...outcome, action: `${pages.base}/oauth/logout/${outcome.id}` }, context))
    }
    // One that did not come along is not known to be over: another site's form brings none.
    if (cookies.session(request) !== undefined) cookies.clearSession(reply)
    const { clientName, continueUri, isVouched, goesOn } = outcome
    // Who proves nothing could send people anywhere: they see where the link leads, and follow it or not.
    if (continueUri !== undefined && goesOn) {
      return reply.code(303).headers({ location: continueUri, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).send()
    }
    const host = isVouched ? undefined : continueUri && hostOf(continueUri)
    return sendPage(reply, renderSignedOutPage({ clientName, continueUri, host }, context))
  }

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const repeated = cookies.session(request) === undefined ? repeatWithCookies(request, reply, `${pages.base}/oauth/logout`) : undefined
    if (repeated !== undefined) return repeated
    const { query, body } = readRawForm(request)
    return show(request, reply, await endSession.begin(readAuthorizationParams(query, body), await look(request, reply)))
  }

  app.get('/oauth/logout', { schema: schemas.get }, begin)
  app.post('/oauth/logout', { schema: schemas.post }, begin)

  app.get<{ Params: { id: string } }>('/oauth/logout/:id', { schema: schemas.again }, async (request, reply) => {
    const query = queryOf(await endSession.languagesOf(request.params.id, cookies.browser(request)))
    return reply.code(303).header('location', `${pages.base}/oauth/logout${query}`).send()
  })

  app.post<{ Params: { id: string } }>('/oauth/logout/:id', { schema: schemas.confirm, onRequest: refuseForeignForm }, async (request, reply) => {
    const form = readAuthorizationParams(readRawForm(request).body).get('csrf')
    const { outcome, uiLocales } = await endSession.confirm(request.params.id, form, await look(request, reply))
    request.uiLocales = uiLocales
    if (outcome === undefined) throw foreignForm('end-session/foreign-form')
    return show(request, reply, outcome)
  })
}

const queryOf = (uiLocales: string | undefined): string =>
  uiLocales === undefined ? '' : `?${new URLSearchParams({ ui_locales: uiLocales }).toString()}`
