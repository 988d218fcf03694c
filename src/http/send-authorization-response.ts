import type { FastifyReply, FastifyRequest } from 'fastify'
import { redirectLocation, type AuthorizationResponse } from '../protocol/authorization-response.ts'
import { renderFormPostPage } from '../web/form-post-page.tsx'
import { renderLeavingPage } from '../web/leaving-page.tsx'
import { pageContextOf } from './locale.ts'
import type { Pages } from './pages.ts'
import { sendPage } from './send-page.ts'

/**
 * Sends the browser back to the client. Always 303: a browser that has just sent a password must not send it on
 * (RFC 9700 §4.12).
 */
export function sendAuthorizationResponse(
  request: FastifyRequest, reply: FastifyReply, { response, pages }: { response: AuthorizationResponse; pages: Pages }
): FastifyReply {
  if (response.responseMode === 'form_post') {
    return sendPage(reply, renderFormPostPage(response, pageContextOf(request, pages)), { scripts: true })
  }
  return reply.code(303)
    .headers({ location: redirectLocation(response), 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send()
}

/** The same, for a client that nobody vouches for: the person is told where the link leads, and goes there or not. */
export function sendLeavingPage(
  request: FastifyRequest, reply: FastifyReply, { response, pages }: { response: AuthorizationResponse; pages: Pages }
): FastifyReply {
  const { redirectUri, responseMode, params } = response
  const byForm = responseMode === 'form_post'
  const data = {
    host: hostOf(redirectUri), error: params['error'] ?? '', ...(byForm ? { continueUri: redirectUri, params } : { continueUri: redirectLocation(response) })
  }
  return sendPage(reply, renderLeavingPage(data, pageContextOf(request, pages)), { status: 400 })
}

/** What a person can recognise of a redirect URI: its host, or the scheme of an app, behind which no host is one's. */
export function hostOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return /^https?:$/.test(protocol) ? host : protocol.slice(0, -1)
}
