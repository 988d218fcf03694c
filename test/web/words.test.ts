import t from 'tap'
import type { ConsentScope } from '../../src/protocol/consent-scopes.ts'
import { standardClaimNames } from '../../src/protocol/standard-claims.ts'
import { renderApiDocPage } from '../../src/web/api-doc-page.tsx'
import { renderErrorPage, type ErrorPageKind } from '../../src/web/error-page.tsx'
import { messages } from '../../src/web/messages/index.ts'
import { locales, type PageContext } from '../../src/web/page-context.ts'
import { plainName } from '../../src/web/plain-name.ts'
import { safeAppHref, safeWebHref } from '../../src/web/safe-href.ts'
import { renderConsentPage } from '../../src/web/consent-page.tsx'
import { renderSignInPage } from '../../src/web/sign-in-page.tsx'
import { document } from './sample-document.ts'

const brand = { name: 'Countersign', stylesheet: '/ui/style.css', submitScript: '/ui/submit.js', icon: '/ui/icon', logo: undefined }
const inLanguage = (locale: PageContext['locale']): PageContext => ({ locale, brand, base: '' })

t.test('a name stays on one line, as long as a name is, and turns nothing round', async t => {
  t.equal(plainName('Harbour Logistics'), 'Harbour Logistics')
  t.equal(plainName('  Hafen\u00fc  \n Müller '), 'Hafenü Müller')
  t.equal(plainName('evil\u202Egnp.exe'), 'evil gnp.exe')
  t.equal(plainName('a\u2066b\u2069c\u0000d\u2028e'), 'a b c d e')
  t.equal(plainName('x'.repeat(60)), 'x'.repeat(60))
  t.equal(plainName('x'.repeat(61)), `${'x'.repeat(59)}…`)
  t.equal([...plainName('🚢'.repeat(100))].length, 60, 'no sign is cut in two')
})

t.test('a link leads to a website, or to an application, and never into code', async t => {
  for (const uri of ['https://a.example/x', 'http://127.0.0.1:80/']) t.equal(safeWebHref(uri), uri)
  for (const uri of ['https://a.example/x', 'com.example.app:/callback', 'myapp://cb']) t.equal(safeAppHref(uri), uri)
  t.equal(safeWebHref('com.example.app:/callback'), undefined)
  for (const uri of [
    'javascript:alert(1)', 'JavaScript:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', '\u0001javascript:alert(1)',
    'data:text/html,x', 'vbscript:x', 'blob:https://a.example/x', 'file:///etc/passwd', '/relative', '//a.example', '', undefined
  ]) t.strictSame([safeWebHref(uri), safeAppHref(uri)], [undefined, undefined], JSON.stringify(uri))
})

t.test('every error is told in every language, with what its developer needs', async t => {
  const kinds: ErrorPageKind[] = [
    'unknown-client', 'bad-redirect-uri', 'malformed', 'expired-form', 'server-error', 'unavailable', 'too-many', 'not-found'
  ]
  for (const locale of locales) {
    const pages = kinds.map(kind => renderErrorPage({ kind, error: 'invalid_request', detail: 'A detail.' }, inLanguage(locale)))
    t.equal(new Set(pages).size, kinds.length)
    for (const page of pages) t.match(page, /<code>invalid_request<\/code>[^]*<dd lang="en">A detail\.<\/dd>/)
  }
})

t.test('a page says when trying again makes sense', async t => {
  const data = { action: '/a', csrf: 'c', cancelAction: '/b', clientName: 'x', fault: 'too-many-attempts' } as const
  const told = (retryAfter?: number) => /role="alert">([^<]*)</.exec(renderSignInPage({ ...data, retryAfter }, inLanguage('en')))![1]
  t.equal(told(), 'There were too many attempts. Try again in a while.')
  t.equal(told(0.2), 'There were too many attempts. Try again in a second.')
  t.equal(told(59), 'There were too many attempts. Try again in 59 seconds.')
  t.equal(told(60), 'There were too many attempts. Try again in a minute.')
  t.equal(told(61), 'There were too many attempts. Try again in 2 minutes.')
})

function renderConsent(locale: PageContext['locale'], scopes: ConsentScope[]): string {
  return renderConsentPage({
    action: '/a', csrf: 'c', cancelAction: '/b', switchAccountAction: '/s', clientName: 'x', email: 'a@example.com', isVerified: true,
    redirectHost: 'app.example', scopes, clientUri: 'https://app.example/', policyUri: 'https://app.example/policy'
  }, inLanguage(locale))
}

const told = (locale: PageContext['locale'], ...scopes: ConsentScope[]) =>
  [...renderConsent(locale, scopes).matchAll(/<li>([^<]+)/g)].map(([, words]) => words)

t.test('an API\'s scope is not taken for one of OpenID Connect, nor a word of the language', async t => {
  t.strictSame(told('en',
    { kind: 'scope', name: 'email' }, { kind: 'api', api: 'Mail', scope: 'email' }, { kind: 'scope', name: 'constructor' },
    { kind: 'claim', name: 'profile' }, { kind: 'scope', name: 'given_name' }
  ), ['see your email address', '“email” at Mail', 'constructor', 'see the address of your profile page', 'given_name'])
  t.strictSame(told('en'), [])
})

t.test('an API as a whole is asked for in a sentence, in every language', async t => {
  const orders = { kind: 'api', api: 'Orders', scope: undefined } as const
  t.strictSame(locales.map(locale => told(locale, orders)), [
    ['access Orders on your behalf'], ['in Ihrem Namen auf Orders zugreifen'], ['accéder à Orders en votre nom']
  ])
})

t.test('every claim that can be asked for by its name has words in every language', async t => {
  for (const locale of locales) {
    const words = told(locale, ...standardClaimNames.map(name => ({ kind: 'claim', name }) as const))
    t.equal(new Set(words).size, standardClaimNames.length, 'each its own')
    for (const each of words) t.match(each, / /, `${locale}: "${each}" is a sentence, not a name`)
    t.notMatch(words.join(), /_/)
  }
})

t.test('a link to what is told of the application opens no window that nobody announced', async t => {
  t.match(renderConsent('en', []), '<a href="https://app.example/policy" rel="noreferrer nofollow">')
  t.notMatch(renderConsent('en', []), 'target')
})

t.test('what the OpenAPI document says is English on the page of every language, and nothing else is', async t => {
  for (const locale of locales) {
    const headings = [...renderApiDocPage(document, inLanguage(locale)).matchAll(/<h2[^]*?<\/h2>/g)].map(([heading]) => heading)
    t.strictSame(headings, ['<h2 lang="en">OAuth</h2>', '<h2 lang="en">Revocations</h2>', `<h2>${messages[locale].apiDoc.others}</h2>`])
  }
})

t.test('every language has words of its own for everything', async t => {
  const leaves = (value: object): string[] => Object.values(value).flatMap((each: unknown) =>
    typeof each === 'string' ? [each] : typeof each === 'object' ? leaves(each as object) : [])
  const [en, de, fr] = locales.map(locale => leaves(messages[locale]))
  t.ok(en!.length > 60)
  for (const words of [en, de, fr]) t.strictSame(words!.filter(word => word.trim() === ''), [])
  const untold = (words: string[]) => words.filter((word, at) => word === en![at])
  t.ok(untold(de!).length + untold(fr!).length < 6, 'translated, not copied')
})
