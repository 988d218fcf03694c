import type { Messages } from './messages/en.ts'
import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'
import { safeAppHref } from './safe-href.ts'

export interface SignedOutPageData {
  clientName?: string | undefined
  /** A registered address of the application. */
  continueUri?: string | undefined
  /** Of that address, for an application that registered itself: then the page says it, and not the name. */
  host?: string | undefined
}

export function renderSignedOutPage(data: SignedOutPageData, context: PageContext): string {
  const { signedOut: words, leaving } = messages[context.locale]
  const { clientName, host } = data
  const href = safeAppHref(data.continueUri)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.detail}</p>
      {href && (host === undefined
        ? <a class="primary" href={href}>{words.back(plainName(clientName ?? words.application))}</a>
        : <Unchecked href={href} host={host} words={leaving} />)}
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}

function Unchecked({ href, host, words }: { href: string; host: string; words: Messages['leaving'] }) {
  return (
    <>
      <p class="warning" role="note">{words.lead(host)}</p>
      <a class="primary" href={href} rel="noreferrer nofollow">{words.follow(host)}</a>
    </>
  )
}
