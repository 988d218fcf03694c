import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { renderDocument } from './render-document.tsx'
import { ResponseForm } from './response-form.tsx'
import { safeAppHref } from './safe-href.ts'

export interface LeavingPageData {
  host: string
  /** The error code that is sent there. */
  error: string
  /** The redirect URI with the error in it, or, where a form carries that, without. */
  continueUri: string
  /** What the form carries: `response_mode=form_post`. */
  params?: Readonly<Record<string, string>> | undefined
}

/**
 * Stands before a redirect to an application that registered itself: without it anybody could have our address send
 * people anywhere (RFC 9700 §4.11.2).
 */
export function renderLeavingPage({ host, error, continueUri, params }: LeavingPageData, context: PageContext): string {
  const words = messages[context.locale].leaving
  const href = safeAppHref(continueUri)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead(host)}</p>
      <p>{words.reason} <code>{error}</code></p>
      {href && (params === undefined
        ? <a class="primary" href={href} rel="noreferrer nofollow">{words.follow(host)}</a>
        : <ResponseForm redirectUri={href} params={params}><button class="primary">{words.follow(host)}</button></ResponseForm>)}
      <p class="note">{words.advice}</p>
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}
