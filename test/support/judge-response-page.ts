import { judgeRedirect, locationOf, type Asked } from './judge-redirect.ts'

/**
 * What is wrong with a page through which the answer goes to a client, by a form or by a link: it is read as the redirect that
 * it stands for, so that it holds the same parameters in the same order, and no others.
 */

export interface ResponsePage {
  status: number
  body: string
}

/** @param asked undefined where nobody knows what the page answers: then it leads nowhere */
export function judgeResponsePage({ status, body }: ResponsePage, issuer: string, asked: Asked | undefined): string[] {
  const [forms, links] = [formsAbroad(body), linksBack(body)]
  const [location, ...others] = [...forms, ...links]
  if (location === undefined) return []
  const faults = others.length > 0 ? ['more than one way on'] : []
  if (asked === undefined) return [...faults, 'the end of something that has no beginning']
  if ((asked.mode === 'form_post') !== (forms.length > 0)) faults.push(`a way on that is not the mode ${asked.mode}`)
  // The page that sends itself is answered 200; the one that a person reads first has nothing but an error to bring.
  if (status !== 200 && !location.includes('error=')) faults.push('a code where a person is warned')
  if ((status === 200) !== sendsItself(body)) faults.push(`status ${status}`)
  return [...faults, ...judgeRedirect(location, issuer, asked)]
}

export const sendsItself = (body: string): boolean => body.includes('<script src=')

/** Forms that leave this site, each as the redirect that holds what it holds. */
function formsAbroad(body: string): string[] {
  return [...body.matchAll(/<form method="post" action="([^"]*)">(.*?)<\/form>/gs)]
    .map(([, action, content]) => ({ action: unescape(action!), content: content! }))
    .filter(({ action }) => !action.startsWith('/'))
    .map(({ action, content }) => {
      const fields = [...content.matchAll(/<(?:input|select|textarea)\b(?:"[^"]*"|[^">])*>/g)].map(([field]) => readField(field))
      return locationOf(action, fields)
    })
}

/** A field of another kind, or with more to it, is told by a name that no answer has. */
function readField(field: string): [string, string] {
  const [, name, value] = /^<input type="hidden" name="([^"]*)" value="([^"]*)"\/>$/.exec(field) ?? [field, field, '']
  return [unescape(name), unescape(value)]
}

function linksBack(body: string): string[] {
  return [...body.matchAll(/<a class="primary" href="([^"]*)"/g)].map(([, href]) => unescape(href!))
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' }
const unescape = (text: string): string => text.replace(/&(?:amp|lt|gt|quot);/g, entity => entities[entity]!)
