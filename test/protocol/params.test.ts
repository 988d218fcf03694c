import t from 'tap'
import type { CountersignError } from '../../src/protocol/errors.ts'
import { decodeFormComponent, parseForm, requireParam } from '../../src/protocol/params.ts'

function reasonOf(act: () => unknown): string {
  try {
    act()
    return 'none'
  } catch (error) {
    return (error as CountersignError).reason
  }
}

t.test('a form is decoded name by name', async t => {
  const params = parseForm('a=1&b=x+y%20z&%C3%A4=%e2%82%ac&=nameless&empty=&flag&&c==')
  t.strictSame([...params], [['a', '1'], ['b', 'x y z'], ['ä', '€'], ['', 'nameless'], ['c', '=']])
  t.equal(parseForm('').size, 0)
  t.equal(parseForm('__proto__=x').get('__proto__'), 'x', 'no name is special')
})

t.test('what is not a form is refused for a reason of its own', async t => {
  const refused: Array<[string, string]> = [
    ['a=%', 'params/broken-percent-encoding'], ['a=%zz', 'params/broken-percent-encoding'], ['%4=a', 'params/broken-percent-encoding'],
    ['a=%ff', 'params/invalid-utf-8'], ['a=%c0%80', 'params/invalid-utf-8'], ['a=%ed%a0%80', 'params/invalid-utf-8'],
    ['a=%00', 'params/nul-character'], ['a\0=1', 'params/nul-character'],
    ['a=1&a=2', 'params/duplicate-parameter'], ['a=1&%61=1', 'params/duplicate-parameter'], ['a=&a=1', 'params/duplicate-parameter']
  ]
  for (const [body, reason] of refused) t.equal(reasonOf(() => parseForm(body)), reason, body)
})

t.test('C52: a resource alone may repeat; a space stands between its values', async t => {
  const resourceOf = (form: string) => parseForm(form).get('resource')
  t.equal(resourceOf('resource=https%3A%2F%2Fa&x=1&%72esource=urn:b'), 'https://a urn:b')
  t.equal(resourceOf('resource=&resource=urn:a&resource'), 'urn:a', 'an empty one counts as absent')
  t.notOk(parseForm('resource=&resource=').has('resource'))
  for (const form of ['Resource=a&Resource=b', 'resource+=a&resource+=b', 'audience=a&audience=b', 'resource=a&x=1&x=2']) {
    t.equal(reasonOf(() => parseForm(form)), 'params/duplicate-parameter', form)
  }
})

t.test('a required parameter is named when it is missing', async t => {
  t.equal(requireParam(new Map([['token', 'x']]), 'token'), 'x')
  t.throws(() => requireParam(parseForm('token='), 'token'), { code: 'invalid_request', message: 'The parameter token is missing.' })
  t.equal(decodeFormComponent('a%2Bb+c'), 'a+b c')
})
