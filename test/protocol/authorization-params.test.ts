import t from 'tap'
import { readAuthorizationParams } from '../../src/protocol/authorization-params.ts'

t.test('however often a parameter comes, reading it takes no longer than its bytes', async t => {
  const began = performance.now()
  for (const pair of ['a=b&', 'resource=urn:a&', 'a&']) {
    const params = readAuthorizationParams(pair.repeat(Math.floor(400_000 / pair.length)))
    t.equal(params.faulty.has('a'), !pair.startsWith('resource'), pair)
  }
  t.ok(performance.now() - began < 3000)
  t.strictSame(readAuthorizationParams('resource=urn:a&x=1&resource=urn:b').all('resource'), ['urn:a', 'urn:b'])
})
