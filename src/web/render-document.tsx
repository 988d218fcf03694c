import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { PageContext } from './page-context.ts'

/** The frame of every page. */

export interface Frame {
  title: string
  content: ComponentChildren
  /** Sends the page's form by itself: the only script there is. */
  submitsItself?: boolean
  /** For a page to read rather than to answer. */
  isWide?: boolean
}

export function renderDocument(frame: Frame, context: PageContext): string {
  return `<!doctype html>${renderToString(<Document frame={frame} context={context} />)}`
}

function Document({ frame, context }: { frame: Frame, context: PageContext }) {
  const { brand, base, locale } = context
  return (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <title>{`${frame.title} · ${brand.name}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={`${base}${brand.icon}`} />
        <link rel="stylesheet" href={`${base}${brand.stylesheet}`} />
        {frame.submitsItself && <script src={`${base}${brand.submitScript}`} defer />}
      </head>
      <body class={frame.isWide ? 'wide' : undefined}>
        <header class="brand">
          {brand.logo === undefined
            ? <span class="name"><img src={`${base}${brand.icon}`} alt="" />{brand.name}</span>
            : <img src={`${base}${brand.logo}`} alt={brand.name} />}
        </header>
        <main class="card">{frame.content}</main>
      </body>
    </html>
  )
}
