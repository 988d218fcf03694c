import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OpenInteraction } from '../authorization/interactions.ts'
import type { Resumption } from '../authorization/resume.ts'
import { makeFormToken } from '../protocol/browser-binding.ts'
import { consentScopes } from '../protocol/consent-scopes.ts'
import { renderConsentPage } from '../web/consent-page.tsx'
import { renderInteractionEndedPage } from '../web/interaction-ended-page.tsx'
import type { PageContext } from '../web/page-context.ts'
import { renderSelectAccountPage } from '../web/select-account-page.tsx'
import { renderSignInPage, type SignInFault } from '../web/sign-in-page.tsx'
import { pageContextOf } from './locale.ts'
import type { HttpRooms } from './rooms.ts'
import { hostOf, sendAuthorizationResponse, sendLeavingPage } from './send-authorization-response.ts'
import { sendPage } from './send-page.ts'

/** Shows a person where the interaction stands: the next question, the way back to the application, or that it is over. */
export type ShowInteraction = (
  request: FastifyRequest, reply: FastifyReply, shown: { resumption: Resumption; interaction?: OpenInteraction | undefined; failed?: FailedSignIn }
) => FastifyReply

/** A sign-in that did not succeed. */
export interface FailedSignIn {
  fault: SignInFault
  status: number
  /** Seconds. */
  retryAfter: number | undefined
  /** As it was typed. */
  email: string
}

type Question = Extract<Resumption, { kind: 'ask' }>

export function createShowInteraction({ pages, apis }: Pick<HttpRooms, 'pages' | 'apis'>): ShowInteraction {
  const nameOfApi = (identifier: string): string => apis.find(identifier)?.name ?? identifier

  return (request, reply, { resumption, interaction, failed }) => {
    if (resumption.kind === 'response') {
      const { response, isWarned } = resumption
      return (isWarned ? sendLeavingPage : sendAuthorizationResponse)(request, reply, { response, pages })
    }
    const context = pageContextOf(request, pages)
    if (resumption.kind === 'ended' || interaction === undefined) {
      return sendPage(reply, renderInteractionEndedPage(context), { status: 410 })
    }
    if (failed?.retryAfter !== undefined) reply.header('retry-after', String(failed.retryAfter))
    const html = renderQuestion(resumption, { interaction, failed, context, base: pages.base, nameOfApi })
    return sendPage(reply, html, { status: failed?.status ?? 200 })
  }
}

interface Asking {
  interaction: OpenInteraction
  failed: FailedSignIn | undefined
  context: PageContext
  base: string
  nameOfApi(identifier: string): string
}

function renderQuestion({ step, client, standing }: Question, asking: Asking): string {
  const { interaction, failed, context } = asking
  const at = (action: string): string => `${asking.base}/interaction/${interaction.id}/${action}`
  const common = { csrf: interaction.csrf, clientName: client.name, cancelAction: at('cancel') }
  if (step === 'sign-in') {
    const email = failed?.email ?? interaction.request.loginHint
    return renderSignInPage({ ...common, ...failed, action: at('sign-in'), email }, context)
  }
  const { email, id } = standing!.session
  // What is answered here is answered by this user: another who signs in meanwhile is asked again.
  const csrf = makeFormToken(interaction, id)
  if (step === 'select-account') return renderSelectAccountPage({ ...common, csrf, action: at('select-account'), email }, context)
  const { clientUri, policyUri, tosUri } = client.profile
  return renderConsentPage({
    ...common, csrf, email, clientUri, policyUri, tosUri,
    action: at('consent'),
    switchAccountAction: at('switch-account'),
    scopes: consentScopes(interaction.target.items, asking.nameOfApi),
    isVerified: client.registrationTokenHash === undefined,
    redirectHost: hostOf(interaction.request.redirectUri)
  }, context)
}
