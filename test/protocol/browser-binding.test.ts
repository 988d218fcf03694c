import { randomBytes } from 'node:crypto'
import t from 'tap'
import { bindToBrowser, isOfBrowser, makeFormToken, readFormToken } from '../../src/protocol/browser-binding.ts'

const bound = bindToBrowser('secret-of-the-browser', randomBytes(16))

t.test('a binding knows its browser by a hash', async t => {
  t.ok(isOfBrowser(bound, 'secret-of-the-browser'))
  for (const other of [undefined, '', 'secret-of-the-browseR', bound.browserHash]) t.notOk(isOfBrowser(bound, other))
  t.notMatch(JSON.stringify(bound), 'secret-of-the-browser')
})

t.test('a form is known by its token, and says whom its page was about', async t => {
  t.strictSame(readFormToken(bound, bound.csrf), { sessionId: undefined })
  t.strictSame(readFormToken(bound, makeFormToken(bound, 'ses')), { sessionId: 'ses' })
  const other = bindToBrowser('secret-of-the-browser', randomBytes(16))
  for (const foreign of [undefined, '', '.', '.ses', 'x', other.csrf, makeFormToken(other, 'ses'), `${bound.csrf}x`, bound.csrf.slice(1)]) {
    t.equal(readFormToken(bound, foreign), undefined, foreign ?? 'none')
  }
})
