import type { FastifyReply } from 'fastify'

/**
 * What every HTML answer carries. The policy lets a page load our own stylesheet and images and nothing else.
 *
 * There is no `form-action`: Chromium holds it against every redirect that follows a form, so that `form-action 'self'`
 * would block the way back to the application, which is how sign-in and consent end. Our pages put no foreign text where
 * a form could be made of it; that is what keeps forms ours.
 */
const policy = (scripts: string): string =>
  `default-src 'none'; style-src 'self'; img-src 'self'; script-src ${scripts}; object-src 'none'; base-uri 'none'; ` +
  "frame-ancestors 'none'"

const always = {
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // The address of a page may hold a state or a code. Browsers then send `Origin: null` with its forms.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  pragma: 'no-cache'
}

export interface PageOptions {
  status?: number
  /** Only for the page that sends itself. */
  scripts?: boolean
}

/** Answers with a page. `Strict-Transport-Security` is added to every answer of the listener. */
export function sendPage(reply: FastifyReply, html: string, { status = 200, scripts = false }: PageOptions = {}): FastifyReply {
  return reply.code(status)
    .headers({ ...always, 'content-security-policy': policy(scripts ? "'self'" : "'none'") })
    .type('text/html; charset=utf-8')
    .send(html)
}
