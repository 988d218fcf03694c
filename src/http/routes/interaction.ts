import type { FastifyInstance } from 'fastify'
import type { BrowserCookies } from '../browser-cookies.ts'
import { createInteractionForms, type IdRequest } from '../interaction-forms.ts'
import { limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { signInOnPage } from '../sign-in-on-page.ts'

/**
 * What a person sees between the request and the answer: who are you, which account, may the application. One address per
 * request; each form acts and comes back to it, or ends the way.
 */
export function interactionRoutes(app: FastifyInstance, rooms: HttpRooms, cookies: BrowserCookies): void {
  const { interactions, resume, consents, settings } = rooms
  const { show, goOn, onForm, onAnswer } = createInteractionForms(rooms, cookies)

  app.get('/interaction/:id', show)

  // Where a form came back with a fault its address stands in the browser, to be opened again.
  app.get('/interaction/:id/:form', async (request: IdRequest, reply) => goOn(request, reply))

  const signInOptions = { bodyLimit: 8192, config: limitPerIp(settings.signInLimitPerIp, 15 * 60) }
  app.post('/interaction/:id/sign-in', signInOptions, onForm(async ({ interaction, params }, request, reply) => {
    const signedIn = await signInOnPage(params, { request, reply }, { rooms, cookies })
    if ('fault' in signedIn) return signedIn
    await interactions.advance(interaction, { sessionId: signedIn.id, signedIn: true, otherAccount: false, consented: false })
    return undefined
  }))

  app.post('/interaction/:id/select-account', onAnswer('select-account', async ({ interaction, params }, { id: sessionId }) => {
    const choice = params.get('account') === 'current' ? { selected: true } : { otherAccount: true }
    await interactions.advance(interaction, { sessionId, ...choice })
    return undefined
  }))

  app.post('/interaction/:id/switch-account', onAnswer('consent', async ({ interaction }, { id: sessionId }) => {
    await interactions.advance(interaction, { sessionId, otherAccount: true })
    return undefined
  }))

  app.post('/interaction/:id/consent', onAnswer('consent', async ({ interaction, params }, { id: sessionId, userId }) => {
    if (params.get('decision') !== 'allow') return resume.deny(interaction)
    const { request: { clientId }, target } = interaction
    await consents.give({ userId, clientId, items: [...target.items] })
    await interactions.advance(interaction, { sessionId, consented: true })
    return undefined
  }))

  app.post('/interaction/:id/cancel', onForm(({ interaction }) => resume.deny(interaction)))
}
