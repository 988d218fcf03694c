import { describeSchema, listMembers, type SchemaTable } from './describe-schema.ts'
import { MemberList } from './member-list.tsx'
import type { Messages } from './messages/en.ts'
import { messages } from './messages/index.ts'
import { openApiMethods, type OpenApiDocument, type OpenApiOperation } from './open-api-document.ts'
import type { PageContext } from './page-context.ts'
import { renderDocument } from './render-document.tsx'

interface Route {
  /** `GET /healthz`. */
  title: string
  anchor: string
  operation: OpenApiOperation
}

/** Every route of an OpenAPI document, to read. The document's own text is English, whatever the page speaks. */
export function renderApiDocPage(document: OpenApiDocument, context: PageContext): string {
  const words = messages[context.locale].apiDoc
  const { info, components } = document
  const groups = groupRoutes(document, words.others)
  const content = (
    <>
      <h1>{words.title}</h1>
      <p class="lead" lang="en">{info.title} {info.version}</p>
      {info.description && <p lang="en">{info.description}</p>}
      <nav aria-label={words.contents}>
        <ul class="contents">
          {[...groups.values()].flat().map(({ title, anchor }) => <li><a href={`#${anchor}`}><code>{title}</code></a></li>)}
        </ul>
      </nav>
      {[...groups].map(([group, routes]) => (
        <>
          <h2 lang={group === words.others ? undefined : 'en'}>{group}</h2>
          {routes.map(route => <RouteEntry route={route} words={words} schemas={components?.schemas ?? {}} />)}
        </>
      ))}
    </>
  )
  return renderDocument({ title: words.title, content, isWide: true }, context)
}

/** By the first tag, in the document's order. */
function groupRoutes({ paths = {} }: OpenApiDocument, others: string): Map<string, Route[]> {
  const groups = new Map<string, Route[]>()
  for (const [path, item] of Object.entries(paths)) {
    for (const method of openApiMethods) {
      const operation = item?.[method]
      if (operation === undefined) continue
      const title = `${method.toUpperCase()} ${path}`
      const anchor = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/-$/, '')
      const group = operation.tags?.[0] ?? others
      groups.set(group, [...groups.get(group) ?? [], { title, anchor, operation }])
    }
  }
  return groups
}

interface RouteEntryProps {
  route: Route
  words: Messages['apiDoc']
  schemas: SchemaTable
}

function RouteEntry({ route: { title, anchor, operation }, words, schemas }: RouteEntryProps) {
  const parameters = (operation.parameters ?? []).map(({ name = '', in: place, required = false, description, schema }) => ({
    name, place, isRequired: required, type: describeSchema(schema, schemas), description: description ?? schema?.description
  }))
  const responses = Object.entries(operation.responses ?? {}).map(([name, response]) => ({
    name, type: Object.keys(response?.content ?? {}).join(', '), isRequired: false, description: response?.description
  }))
  return (
    <section class="route" id={anchor} aria-labelledby={`${anchor}-title`}>
      <h3 id={`${anchor}-title`}><code>{title}</code></h3>
      {operation.summary && <p lang="en">{operation.summary}</p>}
      {operation.description && <p lang="en">{operation.description}</p>}
      <MemberList title={words.parameters} members={parameters} required={words.required} />
      {Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => (
        <MemberList title={`${words.body}, ${type}`} members={listMembers(schema, schemas)} required={words.required} />
      ))}
      <MemberList title={words.responses} members={responses} required={words.required} />
    </section>
  )
}
