import t from 'tap'
import { judgeCode, type CodeBinding, type PresentedCode } from '../../src/protocol/code-policy.ts'
import { challengeOf } from '../../src/protocol/pkce.ts'

const verifier = 'v'.repeat(43)
const redirectUri = 'https://app.example.com/callback'
const bound: CodeBinding = { clientId: 'web', redirectUri, isRedirectUriGiven: true, codeChallenge: challengeOf(verifier) }
const presented: PresentedCode = { clientId: 'web', redirectUri, codeVerifier: verifier }

t.test('whoever presents a code is judged by client, redirect URI and verifier, in this order', async t => {
  const judge = (changes: Partial<PresentedCode>, binding: Partial<CodeBinding> = {}) => judgeCode({ ...bound, ...binding }, { ...presented, ...changes })
  t.equal(judge({}), 'good')
  t.equal(judge({ clientId: 'other', redirectUri: 'x', codeVerifier: undefined }), 'wrong-client')
  t.equal(judge({ redirectUri: `${redirectUri}/`, codeVerifier: undefined }), 'wrong-redirect-uri')
  t.equal(judge({ codeVerifier: undefined }), 'no-verifier')
  t.equal(judge({ codeVerifier: 'v'.repeat(42) }), 'malformed-verifier')
  t.equal(judge({ codeVerifier: 'w'.repeat(43) }), 'wrong-verifier')
  t.equal(judge({ codeVerifier: bound.codeChallenge }), 'wrong-verifier', 'the challenge is no verifier')
})

t.test('with a proof key the redirect URI may be left out; without one it may not, if the request named it', async t => {
  const without = { ...presented, redirectUri: undefined }
  t.equal(judgeCode(bound, without), 'good')
  const plain = { ...bound, codeChallenge: undefined }
  t.equal(judgeCode(plain, { ...without, codeVerifier: undefined }), 'no-redirect-uri')
  t.equal(judgeCode({ ...plain, isRedirectUriGiven: false }, { ...without, codeVerifier: undefined }), 'good')
  t.equal(judgeCode(plain, { ...presented, codeVerifier: undefined }), 'good')
})

t.test('a verifier for a code without a challenge is a downgrade', async t => {
  t.equal(judgeCode({ ...bound, codeChallenge: undefined }, presented), 'unexpected-verifier')
})
