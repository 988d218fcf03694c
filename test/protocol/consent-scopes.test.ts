import t from 'tap'
import { addressOfItem, goesTo, itemsAt, withoutAddress } from '../../src/protocol/consent-address.ts'
import { consentScopes } from '../../src/protocol/consent-scopes.ts'

t.test('an item is a scope of the issuer, one of an API, the API alone, or a claim', async t => {
  const items = ['openid', 'https://shop.example.com read', 'https://shop.example.com ', 'claim phone_number']
  t.strictSame(consentScopes(items, identifier => identifier === 'https://shop.example.com' ? 'The shop' : identifier), [
    { kind: 'scope', name: 'openid' }, { kind: 'api', api: 'The shop', scope: 'read' }, { kind: 'api', api: 'The shop', scope: undefined },
    { kind: 'claim', name: 'phone_number' }
  ])
})

t.test('of a client that nobody vouches for each item stands behind the address that it goes to', async t => {
  const items = ['openid', 'claim email', 'urn:shop read', 'urn:shop ']
  const addresses = {
    'https://app.example.com:8443/cb?to=x': 'https://app.example.com:8443', 'http://127.0.0.1:4000/cb': 'http://127.0.0.1', 'http://[::1]:1/': 'http://[::1]',
    'http://localhost:4000/': 'http://localhost:4000', 'com.example.app:/cb': 'com.example.app:'
  }
  for (const [uri, address] of Object.entries(addresses)) {
    const there = itemsAt(uri, items)
    t.strictSame(there, items.map(item => `to ${address} ${item}`))
    t.strictSame(there.map(withoutAddress), items)
    t.ok(there.every(item => addressOfItem(item) === address))
    t.strictSame(consentScopes(there, identifier => identifier), consentScopes(items, identifier => identifier))
    t.ok(goesTo(uri, ['openid', ...there]))
    t.notOk(goesTo('https://app.example.com/cb', there), 'another port, scheme or host')
  }
  t.notOk(goesTo('https://app.example.com/', itemsAt('https://app.example.com.evil.example/', items)))
  t.same(items.map(addressOfItem), items.map(() => undefined))
  t.strictSame(items.map(withoutAddress), items)
})

t.test('an API that is gone is shown by its identifier', async t => {
  t.strictSame(consentScopes(['urn:gone read'], identifier => identifier), [{ kind: 'api', api: 'urn:gone', scope: 'read' }])
})
