import { Form } from './form.tsx'
import { messages } from './messages/index.ts'
import type { Messages } from './messages/en.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'

export interface SignInPageData {
  /** Where the form is sent: `csrf`, `email`, `password`. */
  action: string
  csrf: string
  clientName: string
  /** Back to the application, unfinished: `csrf`. */
  cancelAction: string
  /** Filled in already. */
  email?: string | undefined
  fault?: SignInFault | undefined
  /** Seconds until trying again makes sense. */
  retryAfter?: number | undefined
}

export type SignInFault = 'wrong-credentials' | 'too-many-attempts' | 'unavailable'

export function renderSignInPage(data: SignInPageData, context: PageContext): string {
  const words = messages[context.locale].signIn
  const client = plainName(data.clientName)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead(client)}</p>
      {data.fault && <p class="fault" id="fault" role="alert">{describeFault(data, words)}</p>}
      <Form action={data.action} csrf={data.csrf}>
        <Fields data={data} words={words} />
        <button class="primary">{words.submit}</button>
      </Form>
      <Form action={data.cancelAction} csrf={data.csrf}>
        <button class="quiet">{words.cancel(client)}</button>
      </Form>
    </>
  )
  // Screen readers say the title first: a page that comes back with a fault says so there.
  const title = data.fault ? `${words.faulty}: ${words.title}` : words.title
  return renderDocument({ title, content }, context)
}

function Fields({ data, words }: { data: SignInPageData, words: Messages['signIn'] }) {
  // It stays open which of the two was wrong.
  const fault = data.fault && { 'aria-describedby': 'fault', 'aria-invalid': data.fault === 'wrong-credentials' }
  const isKnown = data.email !== undefined && data.email !== ''
  return (
    <>
      <label for="email">{words.email}</label>
      <input id="email" name="email" type="email" inputMode="email" autocomplete="username" autocapitalize="none"
        spellcheck={false} required value={data.email} autoFocus={!isKnown} {...fault} />
      <label for="password">{words.password}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required autoFocus={isKnown}
        {...fault} />
    </>
  )
}

function describeFault({ fault, retryAfter }: SignInPageData, words: Messages['signIn']): string {
  if (fault === 'wrong-credentials') return words.wrongCredentials
  const sentence = fault === 'too-many-attempts' ? words.tooManyAttempts : words.unavailable
  if (retryAfter === undefined) return `${sentence} ${words.tryLater}`
  const seconds = Math.max(1, Math.ceil(retryAfter))
  return `${sentence} ${seconds < 60 ? words.trySeconds(seconds) : words.tryMinutes(Math.ceil(seconds / 60))}`
}
