import { messages } from './messages/index.ts'
import type { PageContext } from './page-context.ts'
import { renderDocument } from './render-document.tsx'

/** For an interaction that is finished, expired or another browser's: which of them is nobody's business. */
export function renderInteractionEndedPage(context: PageContext): string {
  const words = messages[context.locale].ended
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.detail}</p>
      <p>{words.advice}</p>
    </>
  )
  return renderDocument({ title: words.title, content }, context)
}
