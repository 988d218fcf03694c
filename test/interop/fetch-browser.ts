import type { TestUser } from '../support/users.ts'

/** A browser as far as our pages need one: cookies, redirects and forms. It runs no script. */
export interface FetchBrowser {
  /** Goes to an address and wherever it leads. */
  open(url: string | URL): Promise<Landing>
  /** Fills in what our pages ask: signs in, consents, confirms, and goes on until nothing is asked any more. */
  walk(url: string | URL, user: TestUser): Promise<Landing>
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
export function createFetchBrowser(...applications: string[]): FetchBrowser {
  // As browsers do, for a host: cookies know no ports (RFC 6265 §8.5).
  const jar = new Map<string, string>()

  async function go(target: URL, form?: URLSearchParams): Promise<Landing> {
    if (applications.some(prefix => target.href.startsWith(prefix))) return { url: target, status: 0, body: '', form }
    const answer = await fetch(target, {
      method: form === undefined ? 'GET' : 'POST', redirect: 'manual',
      headers: { accept: 'text/html', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { body: form })
    })
    answer.headers.getSetCookie().forEach(line => keepCookie(jar, line))
    const location = answer.headers.get('location')
    const body = await answer.text()
    return location === null || answer.status < 300 || answer.status > 399
      ? { url: target, status: answer.status, body, form }
      : go(new URL(location, target))
  }

  async function answerPages(landing: Landing, user: TestUser): Promise<Landing> {
    const form = readForm(landing.body)
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
    walk: async (url, user) => answerPages(await go(new URL(url)), user)
  }
}

function keepCookie(jar: Map<string, string>, line: string): void {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
  if (/; *max-age=0/i.test(line) || /; *expires=thu, 01 jan 1970/i.test(line)) jar.delete(name!)
  else jar.set(name!, value!)
}

/** The first form of a page, sent by its first button. */
function readForm(html: string): { action: string; fields: URLSearchParams } | undefined {
  const [, head, content] = /<form([^>]*)>(.*?)<\/form>/s.exec(html) ?? []
  if (head === undefined) return undefined
  const controls = [...content!.matchAll(/<(input|button)([^>]*)>/g)]
  const isFirstButton = (tag: string, index: number) =>
    tag !== 'button' || controls.findIndex(([, other]) => other === 'button') === index
  const fields = controls
    .filter(([, tag, attributes], index) => isFirstButton(tag!, index) && readAttribute(attributes!, 'name') !== undefined)
    .map(([, , attributes]) => [readAttribute(attributes!, 'name')!, readAttribute(attributes!, 'value') ?? ''])
  return { action: readAttribute(head, 'action') ?? '', fields: new URLSearchParams(fields) }
}

function readAttribute(attributes: string, name: string): string | undefined {
  const text = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }
  return text?.replace(/&(amp|lt|gt|quot|#39);/g, entity => entities[entity]!)
}
