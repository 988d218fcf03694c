import t from 'tap'
import { parseForm } from '../../src/protocol/params.ts'
import { findResourceFault, readWantedTarget } from '../../src/protocol/resource.ts'

t.test('what a request wants is read once each, in order', async t => {
  const read = (form: string) => readWantedTarget(parseForm(form))
  t.strictSame(read(''), { resources: [], scopes: undefined })
  t.strictSame(read('resource=&scope='), { resources: [], scopes: undefined }, 'empty counts as absent')
  t.strictSame(read('resource=https://a&scope=x+y+x&resource=urn:b&resource=https://a'), {
    resources: ['https://a', 'urn:b'], scopes: ['x', 'y']
  })
  t.equal(read('scope=a%22b'), undefined)
})

t.test('an absolute URI without a fragment can identify an API', async t => {
  for (const text of [
    'https://orders.example', 'https://orders.example/', 'http://10.0.0.1:8080/v1?tenant=a', 'urn:example:orders', 'api://orders',
    'HTTPS://Orders.Example/%7Eme', 'https://[::1]/x', `https://orders.example/${'a'.repeat(177)}`
  ]) t.equal(findResourceFault(text), undefined, text)
})

t.test('nothing else can, and the rule is told', async t => {
  const cases: Array<[string, RegExp]> = [
    ['https://orders.example#', /fragment/], ['https://orders.example/#x', /fragment/],
    [`https://orders.example/${'a'.repeat(178)}`, /200/]
  ]
  for (const [text, rule] of cases) t.match(findResourceFault(text), rule, text)
  for (const text of [
    '', 'orders', '/orders', '//orders.example', 'orders.example/x', 'https:', 'https:orders.example', 'https:/orders.example',
    'https:///orders', 'https://a b', 'https://a\tb', 'https://a"b', 'https://a<b>', 'https://a\\b', 'https://a^b', 'https://a`b', 'https://ä.example',
    'https://a.example/%zz', 'https://a.example/%', '1https://a', ' https://a', 'https://a ', 'https://a\n', 'https://a\0', 'https://[::1', 'http://'
  ]) t.match(findResourceFault(text), /absolute URI/, JSON.stringify(text))
})
