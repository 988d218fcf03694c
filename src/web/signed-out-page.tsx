import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'
import { safeAppHref } from './safe-href.ts'

export interface SignedOutPageData {
  clientName?: string | undefined
  /** A registered address of the application. */
  continueUri?: string | undefined
}

export function renderSignedOutPage(data: SignedOutPageData, context: PageContext): string {
  const words = messages[context.locale].signedOut
  const href = safeAppHref(data.continueUri)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.detail}</p>
      {href && <a class="primary" href={href}>{words.back(plainName(data.clientName ?? words.application))}</a>}
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}
