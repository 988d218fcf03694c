import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { renderDocument } from './render-document.tsx'
import { ResponseForm } from './response-form.tsx'

export interface FormPostPageData {
  redirectUri: string
  /** The parameters of the authorization response. */
  params: Readonly<Record<string, string>>
}

/** `response_mode=form_post`: sends itself, and has a button for browsers without script. Wants `scripts` in `sendPage`. */
export function renderFormPostPage({ redirectUri, params }: FormPostPageData, context: PageContext): string {
  const words = messages[context.locale].formPost
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <ResponseForm redirectUri={redirectUri} params={params}><button class="primary">{words.submit}</button></ResponseForm>
    </>
  )
  return renderDocument({ title: words.title, content, submitsItself: true }, context)
}
