import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenInteraction } from '../../authorization/interactions.ts'
import type { Resumption } from '../../authorization/resume.ts'
import { readFormToken } from '../../protocol/browser-binding.ts'
import { CountersignError } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/params.ts'
import type { BrowserCookies } from '../browser-cookies.ts'
import { readFormRequest } from '../form-request.ts'
import { limitPerIp } from '../plugins/rate-limit.ts'
import type { HttpRooms } from '../rooms.ts'
import { interactionSchemas as schemas } from '../schemas/interaction.ts'
import { createShowInteraction } from '../show-interaction.ts'
import { signInOnPage } from '../sign-in-on-page.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** A form of one of our own pages, in the browser that was shown it. */
interface Form {
  interaction: OpenInteraction
  params: Params
  /** The session that the page was about. */
  sessionId: string | undefined
}

/**
 * What a person sees between the request and the answer: who are you, which account, may the application. One address per
 * request; each form acts and comes back to it, or ends the way.
 */
export function interactionRoutes(app: FastifyInstance, rooms: HttpRooms, cookies: BrowserCookies): void {
  const { interactions, resume, settings, pages } = rooms
  const show = createShowInteraction(rooms)
  const find = (request: IdRequest) => interactions.find(request.params.id, cookies.browser(request))
  const onForm = createFormHandler(find)
  /** Back to the interaction's own address, by GET: so that going back or reloading sends no form again. */
  const goOn = ({ id }: OpenInteraction, reply: FastifyReply): FastifyReply =>
    reply.code(303).header('location', `${pages.base}/interaction/${id}`).send()

  app.get('/interaction/:id', { schema: schemas.show }, async (request: IdRequest, reply) => {
    const interaction = await find(request)
    if (interaction === undefined) return show(request, reply, { resumption: { kind: 'ended' } })
    return show(request, reply, { resumption: await resume.next(interaction, cookies.session(request)), interaction })
  })

  app.post('/interaction/:id/sign-in', { schema: schemas.signIn, config: limitPerIp(settings.signInLimitPerIp, 15 * 60) },
    onForm(async ({ interaction, params }, request, reply) => {
      const outcome = await signInOnPage(params, { request, reply }, { rooms, cookies })
      if (typeof outcome !== 'string') {
        return show(request, reply, {
          resumption: await resume.next(interaction, cookies.session(request)), interaction, failed: outcome
        })
      }
      await interactions.advance(interaction, { signedIn: outcome, otherAccount: false })
      return goOn(interaction, reply)
    }))

  app.post('/interaction/:id/select-account', { schema: schemas.selectAccount }, onForm(async ({ interaction, params, sessionId }, _request, reply) => {
    const isCurrent = params.get('account') === 'current' && sessionId !== undefined
    await interactions.advance(interaction, isCurrent ? { selected: sessionId, otherAccount: false } : { otherAccount: true })
    return goOn(interaction, reply)
  }))

  app.post('/interaction/:id/switch-account', { schema: schemas.switchAccount }, onForm(async ({ interaction }, _request, reply) => {
    await interactions.advance(interaction, { otherAccount: true })
    return goOn(interaction, reply)
  }))

  app.post('/interaction/:id/consent', { schema: schemas.consent }, onForm(async (form, request, reply) => {
    const { interaction } = form
    const unheard = await hearConsent(form, cookies.session(request), rooms)
    return unheard === undefined ? goOn(interaction, reply) : show(request, reply, { resumption: unheard, interaction })
  }))

  app.post('/interaction/:id/cancel', { schema: schemas.cancel }, onForm(async ({ interaction }, request, reply) =>
    show(request, reply, { resumption: await resume.deny(interaction), interaction })))
}

/** Undefined when the consent was given; otherwise what is to be shown instead. */
async function hearConsent(
  { interaction, params, sessionId }: Form, cookie: string | undefined, { interactions, resume, consents }: HttpRooms
): Promise<Resumption | undefined> {
  const resumption = await resume.next(interaction, cookie)
  const session = resumption.kind === 'ask' && resumption.step === 'consent' ? resumption.standing?.session : undefined
  // Somebody else may have signed in since the page was shown: they are asked themselves.
  if (session === undefined || session.id !== sessionId) return resumption
  if (params.get('decision') !== 'allow') return resume.deny(interaction)
  const { request: { clientId }, target } = interaction
  await consents.give({ userId: session.userId, clientId, items: [...target.items] })
  await interactions.advance(interaction, { consented: session.id })
  return undefined
}

type Act = (form: Form, request: IdRequest, reply: FastifyReply) => Promise<FastifyReply>

/** One form: what it does, and then back to the page or on to the client. A form that is none of ours does nothing. */
function createFormHandler(find: (request: IdRequest) => Promise<OpenInteraction | undefined>) {
  return (act: Act) => async (request: IdRequest, reply: FastifyReply) => {
    const { params } = readFormRequest(request)
    const interaction = await find(request)
    const token = interaction && readFormToken(interaction, params.get('csrf'))
    if (token === undefined) throw foreignForm()
    return act({ interaction: interaction!, params, sessionId: token.sessionId }, request, reply)
  }
}

function foreignForm(): CountersignError {
  return new CountersignError('cross_site_request', {
    reason: 'interaction/foreign-form', sentence: 'The form has expired, or it belongs to another window or browser.'
  })
}
