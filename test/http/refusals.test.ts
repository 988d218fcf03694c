import t from 'tap'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { errorTable, type ErrorCode } from '../../src/protocol/errors.ts'
import { basic, clientToken, createClient, createGrant, postForm, type TestClient } from '../support/clients.ts'
import { onEachStore } from '../support/service.ts'
import { signInAnew } from '../support/users.ts'

/** Every refusal of the OAuth endpoints to the byte: status, body, and the headers that a client decides by. */

interface Refused {
  url: string
  form: Record<string, string>
  client?: TestClient
  authorization?: string
  /** The row of the table; the sentence where the rule says more than the row. */
  code: ErrorCode
  sentence?: string
  /** What the answer asks for in `WWW-Authenticate`; none where it must not be there. */
  challenge?: string
}

const basicChallenge = 'Basic realm="countersign", charset="UTF-8"'

/** RFC 6749 §5.2: these members, in these characters, and no others. */
function bodyOf({ code, sentence }: Refused): string {
  return JSON.stringify({ error: errorTable[code].oauth, error_description: sentence ?? errorTable[code].sentence })
}

function ask(app: FastifyInstance, { url, form, client, authorization }: Refused): Promise<LightMyRequestResponse> {
  return postForm(app, { url, form, ...(client && { client }), ...(authorization !== undefined && { headers: { authorization } }) })
}

onEachStore(t, async (t, { app, service }) => {
  const client = await createClient(service, { scopes: ['orders:read'] })
  const other = await createClient(service)
  const [open, codes] = [
    await createClient(service, { authMethods: ['none'], grantTypes: ['refresh_token'] }),
    await createClient(service, { grantTypes: ['authorization_code'], redirectUris: ['https://app.example.com/callback'] })
  ]
  const user = await signInAnew(app, service)
  const { refreshToken } = await createGrant(service, { clientId: other.id, userId: user.id, sessionId: user.sessionId })
  const foreign = await clientToken(app, other)
  const wrong: TestClient = { id: client.id, secret: 'cs_secret_wrong' }
  const missing = (name: string) => `The parameter ${name} is missing.`

  const everywhere = (url: string, form: Record<string, string>): Refused[] => [
    { url, form, code: 'invalid_client' },
    { url, form, client: wrong, code: 'invalid_client', challenge: basicChallenge },
    { url, form, client: { id: 'nobody', secret: 'x' }, code: 'invalid_client', challenge: basicChallenge },
    { url, form, authorization: 'Basic !', code: 'invalid_client', challenge: basicChallenge },
    { url, form: { ...form, client_id: client.id, client_secret: 'wrong' }, code: 'invalid_client' },
    { url, form: { ...form, client_secret: client.secret }, authorization: basic(client), code: 'invalid_request' },
    { url: `${url}?a=b`, form, client, code: 'invalid_request', sentence: 'Parameters belong in the body, not in the URL.' }
  ]
  const token = (form: Record<string, string>, more: Partial<Refused> & Pick<Refused, 'code'>): Refused =>
    ({ url: '/oauth/token', form, client, ...more })

  const parts: Record<string, Refused[]> = {
    'C54, C56: the token endpoint': [
      token({}, { code: 'invalid_request', sentence: missing('grant_type') }),
      token({ grant_type: 'password' }, { code: 'unsupported_grant_type' }),
      token({ grant_type: 'authorization_code', code: 'x' }, { code: 'unauthorized_client' }),
      token({ grant_type: 'client_credentials', scope: 'orders:write' }, { code: 'invalid_scope' }),
      token({ grant_type: 'client_credentials', scope: 'a"b' }, { code: 'invalid_scope' }),
      token({ grant_type: 'client_credentials', resource: 'https://unknown.example' }, { code: 'invalid_target' }),
      ...everywhere('/oauth/token', { grant_type: 'client_credentials' })
    ],
    'E76: the code grant': [
      token({ grant_type: 'authorization_code' }, { client: codes, code: 'invalid_request', sentence: missing('code') }),
      token({ grant_type: 'authorization_code', code: 'x' }, { client: codes, code: 'invalid_grant' })
    ],
    'F93, F97: the refresh grant': [
      token({ grant_type: 'refresh_token' }, { code: 'invalid_request', sentence: missing('refresh_token') }),
      token({ grant_type: 'refresh_token', refresh_token: 'x' }, { code: 'invalid_grant' }),
      token({ grant_type: 'refresh_token', refresh_token: refreshToken }, { code: 'invalid_grant' }),
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, scope: 'more' }, { client: other, code: 'invalid_scope' })
    ],
    'I114, I115: revocation': [
      { url: '/oauth/revoke', form: {}, client, code: 'invalid_request', sentence: missing('token') },
      { url: '/oauth/revoke', form: { token: foreign }, client, code: 'unauthorized_client' },
      { url: '/oauth/revoke', form: { token: refreshToken }, client, code: 'unauthorized_client' },
      ...everywhere('/oauth/revoke', { token: 'x' })
    ],
    'J120: introspection': [
      { url: '/oauth/introspect', form: {}, client, code: 'invalid_request', sentence: missing('token') },
      { url: '/oauth/introspect', form: { token: 'x', client_id: open.id }, code: 'invalid_client' },
      ...everywhere('/oauth/introspect', { token: 'x' })
    ]
  }

  for (const [title, refusals] of Object.entries(parts)) {
    await t.test(`${title} refuses in the words of the table`, async t => {
      for (const [place, refusal] of refusals.entries()) {
        const name = `${refusal.code} at ${place}`
        const answer = await ask(app, refusal)
        t.equal(answer.statusCode, errorTable[refusal.code].status, name)
        t.equal(answer.body, bodyOf(refusal), name)
        t.match(answer.body, /^[\x20-\x7E]+$/, name)
        t.equal(answer.headers['content-type'], 'application/json; charset=utf-8', name)
        t.equal(answer.headers['cache-control'], 'no-store', name)
        t.equal(answer.headers['pragma'], 'no-cache', name)
        t.equal(answer.headers['www-authenticate'], refusal.challenge, name)
        t.equal(answer.headers['location'], undefined, name)
        t.equal(answer.headers['set-cookie'], undefined, name)
      }
    })
  }
})
