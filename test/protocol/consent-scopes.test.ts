import t from 'tap'
import { consentScopes } from '../../src/protocol/consent-scopes.ts'

t.test('an item is a scope of the issuer, one of an API, the API alone, or a claim', async t => {
  const items = ['openid', 'https://shop.example.com read', 'https://shop.example.com ', 'claim phone_number']
  t.strictSame(consentScopes(items, identifier => identifier === 'https://shop.example.com' ? 'The shop' : identifier), [
    { kind: 'scope', name: 'openid' }, { kind: 'api', api: 'The shop', scope: 'read' }, { kind: 'api', api: 'The shop', scope: undefined },
    { kind: 'claim', name: 'phone_number' }
  ])
})

t.test('an API that is gone is shown by its identifier', async t => {
  t.strictSame(consentScopes(['urn:gone read'], identifier => identifier), [{ kind: 'api', api: 'urn:gone', scope: 'read' }])
})
