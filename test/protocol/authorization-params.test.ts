import t from 'tap'
import { readAuthorizationParams } from '../../src/protocol/authorization-params.ts'

t.test('parameters are read from the query and the body as one', async t => {
  const params = readAuthorizationParams('a=1&b=x+y%20z', 'c=%C3%BC&d')
  t.strictSame(['a', 'b', 'c', 'd', 'e'].map(params.get), ['1', 'x y z', 'ü', undefined, undefined])
  t.equal(params.faulty.size, 0)
})

t.test('one that is broken or comes twice spoils itself alone', async t => {
  const params = readAuthorizationParams('a=%zz&b=%ff&c=1&good=yes&d=a%00', 'c=1&state=a%00b')
  t.strictSame([...params.faulty].sort(), ['a', 'b', 'c', 'd'])
  for (const name of params.faulty) {
    t.equal(params.get(name), undefined)
    t.strictSame(params.all(name), [])
  }
  t.equal(params.get('good'), 'yes')
  t.equal(params.get('state'), 'a\0b', 'a state may hold anything')
})

t.test('an empty value is none, and still counts as a first one', async t => {
  t.equal(readAuthorizationParams('a=').get('a'), undefined)
  t.ok(readAuthorizationParams('a=&a=1').faulty.has('a'))
})

t.test('resource alone may repeat', async t => {
  const params = readAuthorizationParams('resource=a&resource=b', 'resource=c')
  t.strictSame(params.all('resource'), ['a', 'b', 'c'])
  t.equal(params.faulty.size, 0)
  t.strictSame(readAuthorizationParams('resource=a&resource=%ff').all('resource'), [])
})

t.test('names like those of objects are names', async t => {
  const params = readAuthorizationParams('__proto__=1&constructor=2')
  t.equal(params.get('__proto__'), '1')
  t.equal(params.get('constructor'), '2')
  t.equal(params.get('toString'), undefined)
})

// What grew with the square of them would be at it until the runner gives up.
t.test('however often a parameter comes, reading it takes no longer than its bytes', async t => {
  for (const pair of ['a=b&', 'resource=urn:a&', 'a&']) {
    const params = readAuthorizationParams(pair.repeat(Math.floor(2_000_000 / pair.length)))
    t.equal(params.faulty.has('a'), !pair.startsWith('resource'), pair)
  }
  t.strictSame(readAuthorizationParams('resource=urn:a&x=1&resource=urn:b').all('resource'), ['urn:a', 'urn:b'])
})
