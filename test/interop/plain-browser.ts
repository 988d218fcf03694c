import { once } from 'node:events'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestUser } from '../support/users.ts'

/** A browser as far as our pages need one: cookies, redirects and forms. It runs no script. */
export interface PlainBrowser {
  /** Goes to an address and wherever it leads. */
  open(url: string | URL): Promise<Landing>
  /** Fills in what our pages ask: signs in, consents, confirms, and goes on until nothing is asked any more. */
  walk(url: string | URL, user: TestUser): Promise<Landing>
  /** On one of our pages: goes back to the application, by the last form. */
  decline(page: Landing): Promise<Landing>
}

export interface Landing {
  url: URL
  /** 0 where nothing was fetched. */
  status: number
  body: string
  /** What was sent there, if it was a form. */
  form: URLSearchParams | undefined
}

/**
 * Nothing is fetched from addresses that begin with one of these: they are the application's, and it gets the address
 * instead.
 */
export function createPlainBrowser(...applications: string[]): PlainBrowser {
  // As browsers do, for a host: cookies know no ports (RFC 6265 §8.5).
  const jar = new Map<string, string>()

  async function go(target: URL, form?: URLSearchParams): Promise<Landing> {
    if (applications.some(prefix => target.href.startsWith(prefix))) return { url: target, status: 0, body: '', form }
    const { headers, status, body } = await send(target, { jar, form })
    for (const line of headers['set-cookie'] ?? []) keepCookie(jar, line)
    return headers.location === undefined || status < 300 || status > 399
      ? { url: target, status, body, form }
      : go(new URL(headers.location, target))
  }

  async function answerPages(landing: Landing, user: TestUser): Promise<Landing> {
    const [form] = readForms(landing.body)
    if (form === undefined || landing.status === 0) return landing
    if (form.fields.has('password')) {
      if (landing.status !== 200) throw new Error(`Signing in was answered ${landing.status}`)
      form.fields.set('email', user.email)
      form.fields.set('password', user.password)
    }
    return answerPages(await go(new URL(form.action, landing.url), form.fields), user)
  }

  return {
    open: url => go(new URL(url)),
    walk: async (url, user) => answerPages(await go(new URL(url)), user),
    async decline(page) {
      const { action, fields } = readForms(page.body).at(-1)!
      return go(new URL(action, page.url), fields)
    }
  }
}

interface Sending {
  jar: Map<string, string>
  form: URLSearchParams | undefined
}

/** As a person's navigation, which fetch cannot say of itself (`Sec-Fetch-Mode`) and some applications ask for. */
async function send(url: URL, { jar, form }: Sending): Promise<{ headers: IncomingHttpHeaders; status: number; body: string }> {
  const outgoing = request(url, {
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' })
    }
  })
  outgoing.end(form?.toString())
  const [answer] = await once(outgoing, 'response') as [IncomingMessage]
  return { headers: answer.headers, status: answer.statusCode!, body: await text(answer) }
}

function keepCookie(jar: Map<string, string>, line: string): void {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
  if (/; *max-age=0/i.test(line) || /; *expires=thu, 01 jan 1970/i.test(line)) jar.delete(name!)
  else jar.set(name!, value!)
}

interface Form {
  action: string
  /** As its first button sends them. */
  fields: URLSearchParams
}

function readForms(html: string): Form[] {
  return [...html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].map(([, attributes, content]) => {
    const controls = [...content!.matchAll(/<(input|button)([^>]*)>/g)].map(([, tag, attributes]) => ({
      tag, name: readAttribute(attributes!, 'name'), value: readAttribute(attributes!, 'value') ?? ''
    }))
    const button = controls.find(({ tag }) => tag === 'button')
    const sent = controls.filter(control => control.name !== undefined && (control.tag === 'input' || control === button))
    return {
      action: readAttribute(attributes!, 'action') ?? '',
      fields: new URLSearchParams(sent.map(({ name, value }) => [name!, value]))
    }
  })
}

function readAttribute(attributes: string, name: string): string | undefined {
  const text = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
  return text?.replace(/&(amp|lt|gt|quot|#39);/g, entity => entities[entity]!)
}
