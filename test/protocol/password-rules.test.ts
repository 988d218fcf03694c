import t from 'tap'
import { checkNewPassword } from '../../src/protocol/password-rules.ts'

t.test('a password has 8 to 256 characters, whatever they are', async t => {
  const verdicts: Array<[string, string]> = [
    ['', 'too-short'], ['1234567', 'too-short'], ['12345678', 'ok'], ['        ', 'ok'],
    ['x'.repeat(256), 'ok'], ['x'.repeat(257), 'too-long'], ['\u{1f600}'.repeat(7), 'too-short'],
    ['\u{1f600}'.repeat(256), 'ok'], ['\u{1f600}'.repeat(257), 'too-long'], ['before\0after', 'ok']
  ]
  for (const [password, verdict] of verdicts) t.equal(checkNewPassword(password), verdict, `${password.length} units`)
})

t.test('a letter counts once, however it is composed', async t => {
  t.equal(checkNewPassword('e\u0301'.repeat(7)), 'too-short')
  t.equal(checkNewPassword('e\u0301'.repeat(256)), 'ok')
})

t.test('a lone surrogate is no character', async t => {
  t.equal(checkNewPassword('password\ud800'), 'malformed')
  t.equal(checkNewPassword('\udc00password'), 'malformed')
})
