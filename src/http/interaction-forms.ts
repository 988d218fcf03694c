import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OpenInteraction } from '../authorization/interactions.ts'
import type { Resumption } from '../authorization/resume.ts'
import { readFormToken } from '../protocol/browser-binding.ts'
import type { Params } from '../protocol/params.ts'
import type { BrowserSession } from '../stores/browser-sessions.ts'
import type { BrowserCookies } from './browser-cookies.ts'
import { foreignForm } from './foreign-form.ts'
import { readFormRequest } from './form-request.ts'
import type { HttpRooms } from './rooms.ts'
import { createShowInteraction, type FailedSignIn } from './show-interaction.ts'

/** The pages of an interaction as its routes need them: the page where it stands, and what a form of it is worth. */
export interface InteractionForms {
  /** The next question, the way back to the application, or that it is over: whoever goes back gets no answer twice. */
  show(request: IdRequest, reply: FastifyReply): Promise<FastifyReply>
  /** Where it stands now. `cookie` is what the session cookie holds. */
  look(request: IdRequest, cookie: string | undefined): Promise<Resumption>
  /** Back to the page, where the address of one of its forms is opened: it stands in the browser when the form had a fault. */
  again(request: IdRequest, reply: FastifyReply): Promise<FastifyReply>
  /** A form that is none of ours, in the browser that was shown it, does nothing. */
  onForm(act: FormAct): Handler
  /** Its answer counts only while that is still the question, and put to the one whom the page was about. */
  onAnswer(step: 'select-account' | 'consent', act: AnswerAct): Handler
}

export type IdRequest = FastifyRequest<{ Params: { id: string } }>

export interface Form {
  interaction: OpenInteraction
  params: Params
  /** The session that the page was about. */
  sessionId: string | undefined
}

/** What the form does: where that leads, how it failed, or undefined where it is to be looked at anew. */
type FormAct = (form: Form, request: IdRequest, reply: FastifyReply) => Promise<Resumption | FailedSignIn | undefined>
type Finished = { interaction: OpenInteraction; end: Awaited<ReturnType<FormAct>> }
type AnswerAct = (form: Form, session: BrowserSession, request: IdRequest) => Promise<Resumption | undefined>
type Handler = (request: IdRequest, reply: FastifyReply) => Promise<FastifyReply>

export function createInteractionForms(rooms: HttpRooms, cookies: BrowserCookies): InteractionForms {
  const { resume, pages } = rooms
  const show = createShowInteraction(rooms)
  const find = createFindInteraction(rooms, cookies)
  const resumed = (request: IdRequest, interaction: OpenInteraction) => resume.next(interaction, cookies.session(request))

  const showEnd = (request: IdRequest, reply: FastifyReply) => show(request, reply, { resumption: { kind: 'ended' } })
  /** To the page, by GET: so that going back or reloading sends no form again. */
  const goOn = ({ id }: OpenInteraction, reply: FastifyReply) => reply.code(303).header('location', `${pages.base}/interaction/${id}`).send()

  async function finish(request: IdRequest, reply: FastifyReply, { interaction, end }: Finished): Promise<FastifyReply> {
    if (end !== undefined && 'fault' in end) {
      return show(request, reply, { resumption: await resumed(request, interaction), interaction, failed: end })
    }
    // The answer comes at once, not by way of the page: a second click gets it again where going back does not.
    const resumption = end ?? await forms.look(request, cookies.session(request))
    return resumption.kind === 'ask' ? goOn(interaction, reply) : show(request, reply, { resumption, interaction })
  }

  const forms: InteractionForms = {
    async show(request, reply) {
      const interaction = await find(request)
      if (interaction === undefined || interaction.answered !== undefined) return showEnd(request, reply)
      return show(request, reply, { resumption: await resumed(request, interaction), interaction })
    },
    async again(request, reply) {
      const interaction = await find(request)
      return interaction === undefined ? showEnd(request, reply) : goOn(interaction, reply)
    },
    async look(request, cookie) {
      const interaction = await find(request)
      return interaction === undefined ? { kind: 'ended' } : resume.next(interaction, cookie)
    },
    onForm: act => async (request, reply) => {
      const form = readForm(request, await find(request))
      return finish(request, reply, { interaction: form.interaction, end: await act(form, request, reply) })
    },
    onAnswer: (step, act) => forms.onForm(async (form, request) => {
      const resumption = await resumed(request, form.interaction)
      const session = resumption.kind === 'ask' && resumption.step === step ? resumption.standing?.session : undefined
      return session === undefined || session.id !== form.sessionId ? resumption : act(form, session, request)
    })
  }
  return forms
}

function createFindInteraction({ interactions }: HttpRooms, cookies: BrowserCookies) {
  return async (request: IdRequest): Promise<OpenInteraction | undefined> => {
    const { id } = request.params
    const interaction = await interactions.find(id, cookies.interaction(request, id))
    // Here, so that a refusal on the way speaks that language, too.
    request.uiLocales = interaction?.request.uiLocales
    return interaction
  }
}

function readForm(request: IdRequest, interaction: OpenInteraction | undefined): Form {
  const { params } = readFormRequest(request)
  const token = interaction && readFormToken(interaction, params.get('csrf'))
  if (interaction === undefined || token === undefined) {
    throw foreignForm('interaction/foreign-form')
  }
  return { interaction, params, sessionId: token.sessionId }
}
