import t from 'tap'
import { acrOf, supportedAcrs } from '../../src/protocol/acr.ts'
import { buildIdTokenClaims, leftHalfHash } from '../../src/protocol/id-token.ts'
import { sectorOf } from '../../src/protocol/pairwise.ts'

const source = {
  issuer: 'https://id.example.com', clientId: 'app', subject: 'usr_1', issuedAt: 1000, lifetime: 600, authTime: 900, amr: ['pwd'],
  acr: 'urn:countersign:acr:password', sessionId: 'ses', nonce: undefined, accessToken: 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y',
  requested: {}
}

t.test('N161: an ID token says who, for whom, when and how', async t => {
  t.strictSame(buildIdTokenClaims(source), {
    iss: 'https://id.example.com', sub: 'usr_1', aud: 'app', exp: 1600, iat: 1000, auth_time: 900,
    at_hash: '77QmUPtjPfzWtF2AnpK9RQ', acr: 'urn:countersign:acr:password', amr: ['pwd'], sid: 'ses'
  })
})

t.test('N162: the nonce is there when one was sent, unchanged', async t => {
  const nonce = 'n'.repeat(500)
  t.equal(buildIdTokenClaims({ ...source, nonce })['nonce'], nonce)
  t.notOk('nonce' in buildIdTokenClaims(source))
})

t.test('N163: at_hash is the left half of the hash, as in the example of OpenID Connect Core', async t => {
  // Core, appendix A.3: the access token and at_hash of the example.
  t.equal(leftHalfHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'), '77QmUPtjPfzWtF2AnpK9RQ')
})

t.test('no requested claim stands in for one of ours', async t => {
  const claims = buildIdTokenClaims({ ...source, requested: { sub: 'usr_2', iss: 'x', sid: 'x', email: 'a@b.example' } })
  t.match(claims, { sub: 'usr_1', iss: source.issuer, sid: 'ses', email: 'a@b.example' })
})

t.test('a sign-in reaches a class by its methods', async t => {
  t.equal(acrOf(['pwd']), 'urn:countersign:acr:password')
  t.equal(acrOf(['pwd', 'otp']), 'urn:countersign:acr:password')
  t.equal(acrOf([]), undefined)
  t.strictSame(supportedAcrs, ['urn:countersign:acr:password'])
})

t.test('the clients of one host are one sector, and a client without a host is its own', async t => {
  const sector = (redirectUris: string[], sectorIdentifier?: string) =>
    sectorOf({ id: 'app', redirectUris, profile: sectorIdentifier === undefined ? {} : { sectorIdentifier } })
  t.equal(sector(['https://app.example.com/cb', 'https://APP.example.com:8443/other']), 'app.example.com')
  t.equal(sector(['https://app.example.com/cb', 'https://other.example.com/cb']), 'client:app')
  t.equal(sector(['https://app.example.com/cb', 'https://other.example.com/cb'], 'example.com'), 'example.com')
  for (const uri of ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb', 'com.example.app:/cb', 'nonsense']) t.equal(sector([uri]), 'client:app', uri)
  t.equal(sector([]), 'client:app')
})
