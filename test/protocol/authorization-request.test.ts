import t from 'tap'
import fc from 'fast-check'
import { authorizationErrors } from '../../src/protocol/authorization-errors.ts'
import { readAuthorizationParams } from '../../src/protocol/authorization-params.ts'
import { checkAuthorizationRequest } from '../../src/protocol/authorization-request.ts'

const destination = { clientId: 'web', redirectUri: 'https://app.example.com/callback', isRedirectUriGiven: true }
const client = { isPublic: false, requiresPkce: true }
const good = {
  response_type: 'code', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256'
}

function check(changes: Record<string, string> = {}, requesting = client) {
  return checkAuthorizationRequest(readAuthorizationParams(new URLSearchParams({ ...good, ...changes }).toString()), destination, requesting)
}

t.test('a request is read into what it means', async t => {
  t.strictSame(check(), {
    ...destination, responseMode: 'query', state: undefined, scopes: [], resources: [], nonce: undefined, codeChallenge: good.code_challenge, prompts: [],
    maxAge: undefined, claims: undefined, loginHint: undefined, idTokenHint: undefined, uiLocales: undefined
  })
  t.match(check({ scope: 'openid email', prompt: 'login consent login', max_age: '0', state: 's', nonce: 'n', response_mode: 'form_post', resource: 'urn:a' }), {
    scopes: ['openid', 'email'], prompts: ['login', 'consent'], maxAge: 0, state: 's', nonce: 'n', responseMode: 'form_post', resources: ['urn:a']
  })
})

t.test('every fault has its code and its rule', async t => {
  for (const [changes, error, rule] of [
    [{ response_type: '' }, 'invalid_request', 'no-response-type'], [{ response_type: 'token' }, 'unsupported_response_type', 'response-type'],
    [{ response_mode: 'fragment' }, 'invalid_request', 'response-mode'], [{ code_challenge: '' }, 'invalid_request', 'no-code-challenge'],
    [{ code_challenge_method: 'plain' }, 'invalid_request', 'code-challenge-method'], [{ code_challenge: 'x' }, 'invalid_request', 'code-challenge'],
    [{ state: 's'.repeat(5000) }, 'invalid_request', 'too-long'], [{ nonce: 'n'.repeat(2000) }, 'invalid_request', 'too-long'],
    [{ scope: '"' }, 'invalid_scope', 'malformed-scope'], [{ prompt: 'none login' }, 'invalid_request', 'prompt'], [{ max_age: '-1' }, 'invalid_request', 'max-age'],
    [{ claims: '[' }, 'invalid_request', 'claims'], [{ request: 'x' }, 'request_not_supported', 'request'],
    [{ request_uri: 'x' }, 'request_uri_not_supported', 'request-uri'], [{ registration: 'x' }, 'registration_not_supported', 'registration']
  ] as const) t.match(check(changes), { fault: { error, rule } }, rule)
})

t.test('without a challenge only a client that is excused from it may come, and then without a method', async t => {
  const none = { code_challenge: '', code_challenge_method: '' }
  t.match(check(none), { fault: { rule: 'no-code-challenge' } })
  t.match(check(none, { ...client, requiresPkce: false }), { codeChallenge: undefined })
  t.match(check({ code_challenge: '' }, { ...client, requiresPkce: false }), { fault: { rule: 'no-code-challenge' } })
})

t.test('whatever comes is a request or a fault, and a fault says nothing of what came', async t => {
  const name = fc.constantFrom('state', 'scope', 'prompt', 'max_age', 'claims', 'nonce', 'resource', 'response_mode', 'id_token_hint', 'code_challenge', 'response_type')
  fc.assert(fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'grapheme', maxLength: 60 }))), pairs => {
    const text = pairs.map(([each, value]) => `${each}=${encodeURIComponent(value)}`).join('&')
    const checked = checkAuthorizationRequest(readAuthorizationParams(text), destination, client)
    if (!('fault' in checked)) return true
    const { error, sentence, rule } = checked.fault
    return error in authorizationErrors && /^[a-z-]+$/.test(rule) && !pairs.some(([, value]) => value.length > 12 && sentence?.includes(value))
  }))
  t.pass()
})

t.test('what is only a hint is cut to a length that can wait in memory', async t => {
  const long = 'x'.repeat(60_000)
  const request = check({ login_hint: long, ui_locales: long })
  t.match(request, { loginHint: long.slice(0, 254), uiLocales: long.slice(0, 254) })
  t.ok(JSON.stringify(request).length < 2000)
})
