import type { FastifyInstance } from 'fastify'
import type { BrowserCookies } from '../browser-cookies.ts'
import { createInteractionForms } from '../interaction-forms.ts'
import { limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { interactionSchemas as schemas } from '../schemas/interaction.ts'
import { signInOnPage } from '../sign-in-on-page.ts'

/**
 * What a person sees between the request and the answer: who are you, which account, may the application. One address per
 * request; each form acts and comes back to it, or ends the way.
 */
export function interactionRoutes(app: FastifyInstance, rooms: HttpRooms, cookies: BrowserCookies): void {
  const { interactions, resume, consents, settings } = rooms
  const { show, again, look, onForm, onAnswer } = createInteractionForms(rooms, cookies)

  app.get('/interaction/:id', { schema: schemas.show }, show)
  app.get('/interaction/:id/:form', { schema: schemas.again }, again)

  const signInOptions = { schema: schemas.signIn, bodyLimit: 8192, config: limitPerIp(settings.signInLimitPerIp, 15 * 60) }
  app.post('/interaction/:id/sign-in', signInOptions, onForm(async ({ interaction, params }, request, reply) => {
    const outcome = await signInOnPage(params, { request, reply }, { rooms, cookies })
    if ('fault' in outcome) return outcome
    await interactions.advance(interaction, { signedIn: outcome.sessionId, otherAccount: false })
    return look(request, outcome.cookie)
  }))

  const selected = onAnswer('select-account', async ({ interaction, params }, { id }) => {
    await interactions.advance(interaction, params.get('account') === 'current' ? { selected: id } : { otherAccount: true })
    return undefined
  })
  app.post('/interaction/:id/select-account', { schema: schemas.selectAccount }, selected)

  const switched = onAnswer('consent', async ({ interaction }) => {
    await interactions.advance(interaction, { otherAccount: true })
    return undefined
  })
  app.post('/interaction/:id/switch-account', { schema: schemas.switchAccount }, switched)

  const consented = onAnswer('consent', async ({ interaction, params }, { id, userId }, request) => {
    if (params.get('decision') !== 'allow') return resume.deny(interaction, cookies.session(request))
    const { request: { clientId }, target } = interaction
    await consents.give({ userId, clientId, items: [...target.items] })
    await interactions.advance(interaction, { consented: id })
    return undefined
  })
  app.post('/interaction/:id/consent', { schema: schemas.consent }, consented)

  app.post('/interaction/:id/cancel', { schema: schemas.cancel }, onForm(({ interaction }, request) => resume.deny(interaction, cookies.session(request))))
}
