import { renderApiDocPage } from '../../src/web/api-doc-page.tsx'
import { renderConsentPage } from '../../src/web/consent-page.tsx'
import { renderErrorPage } from '../../src/web/error-page.tsx'
import { renderFormPostPage } from '../../src/web/form-post-page.tsx'
import { renderInteractionEndedPage } from '../../src/web/interaction-ended-page.tsx'
import { renderLeavingPage } from '../../src/web/leaving-page.tsx'
import { renderLogoutPage } from '../../src/web/logout-page.tsx'
import type { PageContext } from '../../src/web/page-context.ts'
import { renderSelectAccountPage } from '../../src/web/select-account-page.tsx'
import { renderSignInPage } from '../../src/web/sign-in-page.tsx'
import { renderSignedOutPage } from '../../src/web/signed-out-page.tsx'
import { document } from './sample-document.ts'

/** Every page with data as they are, and with data as an attacker would have them. */

export interface Names {
  client: string
  email: string
  host: string
  api: string
  scope: string
  uri: string
  /** Where a form post goes. */
  redirectUri: string
}

export const honest: Names = {
  client: 'Harbour Logistics', email: 'ada@example.com', host: 'app.harbour.example', api: 'Orders', scope: 'orders:read',
  uri: 'https://harbour.example/about', redirectUri: '/answer'
}

/** The last has a word that no line can break, text that runs the other way, and an attribute's end. */
export const hostile: Names = {
  client: `</title><script>document.title='owned'</script><img src=x onerror="document.title='owned'">"' \u202Egnitekram`,
  email: `"><svg onload=document.title='owned'>@example.com`,
  host: `evil.example"><script>document.title='owned'</script>`,
  api: `${'W'.repeat(300)}<b>`,
  scope: `'"><script>document.title='owned'</script>`,
  uri: `javascript:document.title='owned'`,
  redirectUri: '/answer'
}

const form = { action: '/answer', csrf: 'the-token' }

export const samples: Record<string, (names: Names, context: PageContext) => string> = {
  'sign-in': ({ client }, context) => renderSignInPage({ ...form, cancelAction: '/cancelled', clientName: client }, context),
  'sign-in-faulty': ({ client, email }, context) => renderSignInPage(
    { ...form, cancelAction: '/cancelled', clientName: client, email, fault: 'wrong-credentials' }, context),
  'sign-in-too-many': ({ client, email }, context) => renderSignInPage(
    { ...form, cancelAction: '/cancelled', clientName: client, email, fault: 'too-many-attempts', retryAfter: 840 }, context),
  'consent': (names, context) => renderConsentPage(consentOf(names, true), context),
  'consent-unverified': (names, context) => renderConsentPage(consentOf(names, false), context),
  'select-account': ({ client, email }, context) => renderSelectAccountPage(
    { ...form, cancelAction: '/cancelled', clientName: client, email }, context),
  'interaction-ended': (_names, context) => renderInteractionEndedPage(context),
  'logout': ({ client, email }, context) => renderLogoutPage({ ...form, clientName: client, email }, context),
  'logout-unverified': ({ client, email }, context) => renderLogoutPage({ ...form, clientName: client, email, isVouched: false }, context),
  'signed-out': ({ client, uri }, context) => renderSignedOutPage({ clientName: client, continueUri: uri }, context),
  'signed-out-unverified': ({ host, uri }, context) => renderSignedOutPage({ host, continueUri: uri }, context),
  'error': ({ scope }, context) => renderErrorPage({
    kind: 'bad-redirect-uri', error: 'invalid_request', detail: 'The redirect_uri is not registered for this client.',
    reference: `req-${scope}`
  }, context),
  'leaving': ({ host, uri }, context) => renderLeavingPage({ host, error: 'invalid_scope', continueUri: uri }, context),
  'leaving-by-form': ({ host, uri, client }, context) => renderLeavingPage(
    { host, error: 'invalid_scope', continueUri: uri, params: { error: 'invalid_scope', state: client } }, context),
  'form-post': ({ redirectUri, client }, context) => renderFormPostPage(
    { redirectUri, params: { code: 'the-code', state: client, submit: 'a name that forms have too' } }, context),
  'api-doc': (_names, context) => renderApiDocPage(document, context)
}

function consentOf({ client, email, host, api, scope, uri }: Names, isVerified: boolean) {
  return {
    ...form, cancelAction: '/cancelled', switchAccountAction: '/switched', clientName: client, clientUri: uri, policyUri: uri,
    tosUri: uri, email, isVerified, redirectHost: host, scopes: [
      ...['openid', 'profile', 'email', 'offline_access'].map(name => ({ kind: 'scope', name }) as const),
      ...['birthdate', 'phone_number_verified'].map(name => ({ kind: 'claim', name }) as const),
      { kind: 'api', api, scope } as const, { kind: 'api', api, scope: undefined } as const
    ]
  }
}
