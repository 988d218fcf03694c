import t from 'tap'
import { readAuthorizationParams } from '../../src/protocol/authorization-params.ts'
import { checkAuthorizationRequest } from '../../src/protocol/authorization-request.ts'

t.test('what is only a hint is cut to a length that can wait in memory', async t => {
  const long = 'x'.repeat(60_000)
  const params = readAuthorizationParams(`response_type=code&login_hint=${long}`, `ui_locales=${long}`)
  const destination = { clientId: 'app', redirectUri: 'https://app.example.com/', isRedirectUriGiven: true }
  const request = checkAuthorizationRequest(params, destination, { isPublic: false, requiresPkce: false })
  t.match(request, { loginHint: long.slice(0, 254), uiLocales: long.slice(0, 254) })
  t.ok(JSON.stringify(request).length < 2000)
})
