import type { ConsentScope } from '../protocol/consent-scopes.ts'
import { Form } from './form.tsx'
import { messages } from './messages/index.ts'
import type { Messages } from './messages/en.ts'
import type { PageContext } from './page-context.ts'
import { plainName } from './plain-name.ts'
import { renderDocument } from './render-document.tsx'
import { safeWebHref } from './safe-href.ts'

export interface ConsentPageData {
  /** Where "allow" is sent: `csrf`, `decision=allow`. */
  action: string
  csrf: string
  /** Where "do not allow" is sent: `csrf`, `decision=deny`. */
  cancelAction: string
  /** Where "use another account" is sent: `csrf`. */
  switchAccountAction: string
  clientName: string
  clientUri?: string | undefined
  policyUri?: string | undefined
  tosUri?: string | undefined
  /** Who is signed in. */
  email: string
  scopes: readonly ConsentScope[]
  /** False for an application that registered itself: then the page warns of it. */
  isVerified: boolean
  /** The host that the person is sent to. */
  redirectHost: string
}

export function renderConsentPage(data: ConsentPageData, context: PageContext): string {
  const words = messages[context.locale].consent
  const client = plainName(data.clientName)
  const title = words.title(client)
  const content = (
    <>
      <h1>{title}</h1>
      {!data.isVerified && (
        <div class="warning" role="note">
          <strong>{words.warningTitle}</strong>
          <p>{words.warning(data.redirectHost)}</p>
        </div>
      )}
      <Scopes data={data} words={words} />
      <Form action={data.action} csrf={data.csrf}>
        <button class="primary" name="decision" value="allow">{words.allow}</button>
        <button class="secondary" name="decision" value="deny" formAction={data.cancelAction}>{words.deny}</button>
      </Form>
      <p class="note">{words.sentTo(data.redirectHost)}</p>
      <Account data={data} words={words} />
      <Links data={data} words={words} />
    </>
  )
  return renderDocument({ title, content }, context)
}

interface Part {
  data: ConsentPageData
  words: Messages['consent']
}

function Scopes({ data: { clientName, scopes }, words }: Part) {
  const client = plainName(clientName)
  if (scopes.length === 0) return <p class="lead">{words.nothing(client)}</p>
  return (
    <>
      <p class="lead" id="scopes">{words.lead(client)}</p>
      <ul class="scopes" aria-labelledby="scopes">{scopes.map(scope => <li>{describeScope(scope, words)}</li>)}</ul>
    </>
  )
}

/** An API may name a scope as OpenID Connect does and mean something else; so may a scope and a claim. */
function describeScope(asked: ConsentScope, { scopes, claims, scopeOfApi, wholeApi }: Messages['consent']): string {
  if (asked.kind === 'api') {
    const api = plainName(asked.api)
    return asked.scope === undefined ? wholeApi(api) : scopeOfApi(asked.scope, api)
  }
  const words: Readonly<Record<string, string>> = asked.kind === 'claim' ? claims : scopes
  return Object.hasOwn(words, asked.name) ? words[asked.name]! : asked.name
}

function Account({ data, words }: Part) {
  return (
    <div class="account">
      <p>{words.signedInAs} <strong>{data.email}</strong></p>
      <Form action={data.switchAccountAction} csrf={data.csrf}>
        <button class="quiet">{words.switchAccount}</button>
      </Form>
    </div>
  )
}

function Links({ data, words }: Part) {
  const links = [[data.clientUri, words.website], [data.policyUri, words.policy], [data.tosUri, words.terms]] as const
  const shown = links.flatMap(([uri, text]) => {
    const href = safeWebHref(uri)
    return href === undefined ? [] : [{ href, text }]
  })
  if (shown.length === 0) return null
  return (
    <nav aria-label={words.links}>
      <ul class="links">
        {shown.map(({ href, text }) => <li><a href={href} rel="noreferrer nofollow">{text}</a></li>)}
      </ul>
    </nav>
  )
}
