import t from 'tap'
import { isCanonicalBase64url } from '../../src/protocol/base64url.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

t.test('a text is canonical exactly when it encodes to itself again', async t => {
  const texts = ['', ...[...alphabet].flatMap(one => [one, `A${one}`, `_-${one}`, `0aB${one}`, `0aB9${one}`, `0aB9x${one}`])]
  const wrong = texts.filter(text =>
    isCanonicalBase64url(text) !== (Buffer.from(text, 'base64url').toString('base64url') === text))
  t.strictSame(wrong, [])
})
