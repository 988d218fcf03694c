import { Form } from './form.tsx'
import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'

export interface SelectAccountPageData {
  /** Where the choice is sent: `csrf`, `account=current` or `account=other`. */
  action: string
  csrf: string
  clientName: string
  email: string
  /** Back to the application, unfinished: `csrf`. */
  cancelAction: string
}

export function renderSelectAccountPage(data: SelectAccountPageData, context: PageContext): string {
  const words = messages[context.locale].selectAccount
  const client = plainName(data.clientName)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead(client)}</p>
      <Form action={data.action} csrf={data.csrf}>
        <button class="primary" name="account" value="current">{words.continueAs} <strong>{data.email}</strong></button>
        <button class="secondary" name="account" value="other">{words.other}</button>
      </Form>
      <Form action={data.cancelAction} csrf={data.csrf}>
        <button class="quiet">{messages[context.locale].signIn.cancel(client)}</button>
      </Form>
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}
