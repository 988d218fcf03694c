import t from 'tap'
import { buildAccessTokenClaims, includesAudience } from '../../src/protocol/claims.ts'

const request = { issuer: 'https://id.example', clientId: 'orders', audience: ['https://id.example'], scopes: [], jti: 'j', issuedAt: 1000, lifetime: 600 }

t.test("a client's own token is about the client", async t => {
  t.strictSame(buildAccessTokenClaims(request), {
    iss: 'https://id.example', sub: 'orders', aud: 'https://id.example', client_id: 'orders', iat: 1000, exp: 1600, jti: 'j'
  })
})

t.test("a user's token says who, in which session, when and how they signed in", async t => {
  const subject = { grantId: 'g', subject: 'usr_1', sessionId: 's', roles: ['user'], authTime: 900, amr: ['pwd'] }
  t.strictSame(buildAccessTokenClaims({ ...request, subject, scopes: ['a', 'b'], audience: ['x', 'y'] }), {
    iss: 'https://id.example', sub: 'usr_1', aud: ['x', 'y'], client_id: 'orders', iat: 1000, exp: 1600, jti: 'j', scope: 'a b', grant_id: 'g',
    sid: 's', roles: ['user'], auth_time: 900, acr: 'urn:countersign:acr:password', amr: ['pwd']
  })
})

t.test('a token of a grant that outlives its session names none', async t => {
  const subject = { grantId: 'g', subject: 'pws_1', sessionId: undefined, roles: ['user'], authTime: 900, amr: ['pwd'] }
  const claims = buildAccessTokenClaims({ ...request, subject })
  t.equal(claims.sub, 'pws_1')
  t.notOk('sid' in claims)
})

t.test('no class is claimed for ways of signing in that reach none', async t => {
  const subject = { grantId: 'g', subject: 'usr_1', sessionId: 's', roles: ['user'], authTime: 900, amr: ['otp'] }
  t.notOk('acr' in buildAccessTokenClaims({ ...request, subject }))
})

t.test('an audience is compared whole', async t => {
  t.ok(includesAudience({ aud: 'https://a.example' }, 'https://a.example'))
  t.ok(includesAudience({ aud: ['x', 'https://a.example'] }, 'https://a.example'))
  for (const aud of ['https://a.example/', 'https://a.exampl', 'https://A.example', 'https://a.example.evil', [], ['https://a']]) {
    t.notOk(includesAudience({ aud }, 'https://a.example'), String(aud))
  }
})
