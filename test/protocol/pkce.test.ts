import t from 'tap'
import { challengeOf, isCodeChallenge, isCodeVerifier } from '../../src/protocol/pkce.ts'

t.test('the challenge is the one of RFC 7636, appendix B', async t => {
  t.equal(challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})

t.test('a verifier has 43 to 128 unreserved characters', async t => {
  for (const good of ['a'.repeat(43), 'Z'.repeat(128), '-._~0'.repeat(9)]) t.ok(isCodeVerifier(good))
  for (const bad of ['', 'a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(43)}+`, `${'a'.repeat(43)}=`, `${'a'.repeat(43)}/`, `${'a'.repeat(43)}\n`, `ä${'a'.repeat(43)}`, ' '.repeat(43)]) {
    t.notOk(isCodeVerifier(bad), JSON.stringify(bad))
  }
})

t.test('a challenge has exactly the 43 characters of a SHA-256 in base64url', async t => {
  t.ok(isCodeChallenge('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'))
  for (const bad of ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}+`, `${'a'.repeat(42)}~`, `${'a'.repeat(43)}\n`]) t.notOk(isCodeChallenge(bad))
})
