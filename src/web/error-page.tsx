import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { renderDocument } from './render-document.tsx'

/** What can go wrong where the person cannot be sent back to the application. */
export type ErrorPageKind =
  | 'unknown-client' | 'bad-redirect-uri' | 'malformed' | 'expired-form' | 'server-error' | 'unavailable' | 'too-many'
  | 'not-found'

export interface ErrorPageData {
  kind: ErrorPageKind
  /** The error code of the specification: `invalid_request`. */
  error: string
  /** For a developer, in English. Our own words, never the request's. */
  detail: string
  /** What finds the refusal in the log. */
  reference?: string | undefined
}

const entries = {
  'unknown-client': 'unknownClient', 'bad-redirect-uri': 'badRedirect', 'malformed': 'malformed',
  'expired-form': 'expiredForm', 'server-error': 'serverError', 'unavailable': 'unavailable', 'too-many': 'tooMany',
  'not-found': 'notFound'
} as const satisfies Record<ErrorPageKind, string>

export function renderErrorPage({ kind, error, detail, reference }: ErrorPageData, context: PageContext): string {
  const words = messages[context.locale].errors
  const { title, advice } = words[entries[kind]]
  const content = (
    <>
      <h1>{title}</h1>
      <p class="lead">{advice}</p>
      <section class="technical" aria-labelledby="technical">
        <h2 id="technical">{words.technical}</h2>
        <dl>
          <dt>{words.code}</dt><dd><code>{error}</code></dd>
          <dt>{words.detail}</dt><dd lang="en">{detail}</dd>
          {reference && <><dt>{words.reference}</dt><dd><code>{reference}</code></dd></>}
        </dl>
      </section>
    </>
  )
  return renderDocument({ title, content }, context)
}
