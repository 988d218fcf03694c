import { Form } from './form.tsx'
import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'

export interface LogoutPageData {
  /** Where the confirmation is sent: `csrf`. */
  action: string
  csrf: string
  email?: string | undefined
  /** Who asks for it. */
  clientName?: string | undefined
  /** False for an application that registered itself: then the page warns of it. */
  isVouched?: boolean
}

export function renderLogoutPage(data: LogoutPageData, context: PageContext): string {
  const { logout: words, consent: { warningTitle } } = messages[context.locale]
  const content = (
    <>
      <h1>{words.title}</h1>
      {data.clientName && <p class="lead">{words.lead(plainName(data.clientName))}</p>}
      {data.isVouched === false && <div class="warning" role="note"><strong>{warningTitle}</strong></div>}
      {data.email && <p>{words.signedInAs} <strong>{data.email}</strong></p>}
      <Form action={data.action} csrf={data.csrf}>
        <button class="primary">{words.submit}</button>
      </Form>
      <p class="note">{words.stay}</p>
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}
