import t from 'tap'
import { findClientFault, type ClientDraft } from '../../src/clients/rules/index.ts'
import { makeSigningKey } from '../support/assertions.ts'

const grantTypes = [
  { type: 'authorization_code', allowsPublicClients: true }, { type: 'client_credentials', allowsPublicClients: false },
  { type: 'refresh_token', allowsPublicClients: true }
]
const web: ClientDraft = {
  name: 'App', authMethods: ['client_secret_basic', 'client_secret_post'], grantTypes: ['authorization_code'], scopes: [], audience: [],
  redirectUris: ['https://app.example/cb'], postLogoutRedirectUris: [], backchannelLogoutUri: undefined, profile: {}
}
const machine: ClientDraft = { ...web, grantTypes: ['client_credentials'], redirectUris: [] }
const ruleOf = (draft: ClientDraft) => findClientFault(draft, { issuer: 'https://id.example', grantTypes })?.reason.replace('clients/', '')

t.test('what an application needs can be registered', async t => {
  const { jwk } = await makeSigningKey()
  const drafts: Record<string, ClientDraft> = {
    'a web application': web,
    'one under development': { ...web, redirectUris: ['http://localhost:3000/cb', 'http://127.0.0.1:3000/cb', 'http://[::1]/cb'] },
    'a native one': {
      ...web, authMethods: ['none'], redirectUris: ['com.example.app:/cb', 'http://127.0.0.1/cb', 'https://app.example/cb'],
      postLogoutRedirectUris: ['com.example.app:/bye'], profile: { applicationType: 'native' }
    },
    'one that takes part in logout': {
      ...web, postLogoutRedirectUris: ['https://app.example/bye?x=1'], backchannelLogoutUri: 'https://app.example/logout'
    },
    'one that signs': { ...web, authMethods: ['private_key_jwt'], profile: { jwks: { keys: [jwk] } } },
    'one that signs or says a secret': { ...web, authMethods: ['private_key_jwt', 'client_secret_basic'], profile: { jwksUri: 'https://app.example/jwks' } },
    'an older one': { ...web, profile: { requirePkce: false, acceptsEndpointAudience: true } },
    'one with everything': {
      ...web, scopes: ['orders:read'], audience: ['https://stock.example'], profile: {
        isTrusted: true, subjectType: 'pairwise', userinfoSignedResponseAlg: 'RS256', clientUri: 'https://app.example',
        logoUri: 'https://app.example/logo.png', policyUri: 'https://app.example/p', tosUri: 'https://app.example/t', contacts: ['a@b.example']
      }
    },
    'several that share subjects': {
      ...web, redirectUris: ['https://a.example/cb', 'https://b.example/cb'], profile: { subjectType: 'pairwise', sectorIdentifier: 'example.com' }
    },
    'a native one with subjects of its own': {
      ...web, redirectUris: ['com.example.app:/cb'], profile: { applicationType: 'native', subjectType: 'pairwise' }
    },
    'a service': { ...machine, scopes: ['revocations:read'] },
    'one for the issuer and others': { ...machine, scopes: ['revocations:read'], audience: ['https://id.example', 'https://stock.example'] }
  }
  for (const [name, draft] of Object.entries(drafts)) t.equal(ruleOf(draft), undefined, name)
})

t.test('A7: schemes that run or leak are refused, and private ones belong to native applications', async t => {
  const native = (uri: string) => ruleOf({ ...web, redirectUris: [uri], profile: { applicationType: 'native' } })
  for (const uri of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///x', 'blob:https://a.example/1', 'myapp:/cb', 'http://app.example/cb']) {
    t.equal(ruleOf({ ...web, redirectUris: [uri] }), 'redirect-uri', uri)
    t.equal(native(uri), 'redirect-uri', `${uri} of a native application`)
    t.equal(ruleOf({ ...web, postLogoutRedirectUris: [uri] }), 'post-logout-redirect-uri', uri)
  }
  t.equal(ruleOf({ ...web, redirectUris: ['com.example.app:/cb'] }), 'redirect-uri')
  t.equal(native('com.example.app:/cb'), undefined)
})

t.test('A6: a loopback redirect URI can be registered with and without a port', async t => {
  for (const uri of ['http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb', 'http://[::1]/cb', 'http://localhost:8080/cb']) {
    t.equal(ruleOf({ ...web, redirectUris: [uri], profile: { applicationType: 'native' } }), undefined, uri)
  }
})

t.test('what contradicts itself, or weakens others, is refused with the rule', async t => {
  const { jwk } = await makeSigningKey()
  const keys = { authMethods: ['private_key_jwt'], profile: { jwks: { keys: [jwk] } } }
  const cases: Array<[string, Partial<ClientDraft>]> = [
    ['name', { name: '' }], ['name', { name: 'x'.repeat(201) }], ['name', { name: 'Bank\u202Etxt' }], ['name', { name: 'a\nb' }],
    ['no-grants', { grantTypes: [] }], ['unknown-grant', { grantTypes: ['implicit'] }],
    ['public-grant', { ...machine, authMethods: ['none'] }],
    ['auth-method', { authMethods: [] }], ['auth-method', { authMethods: ['client_secret_jwt'] }], ['auth-method', { authMethods: ['toString'] }],
    ['auth-method-none', { authMethods: ['none', 'client_secret_basic'] }],
    ['no-keys', { authMethods: ['private_key_jwt'] }],
    ['jwks-twice', { ...keys, profile: { ...keys.profile, jwksUri: 'https://app.example/jwks' } }],
    ['jwks-uri', { ...keys, profile: { jwksUri: 'http://app.example/jwks' } }], ['jwks-uri', { ...keys, profile: { jwksUri: 'http://127.0.0.1/jwks' } }],
    ['jwks-uri', { ...keys, profile: { jwksUri: 'https://app.example/jwks#x' } }], ['jwks-uri', { ...keys, profile: { jwksUri: 'file:///etc/passwd' } }],
    ['jwks', { ...keys, profile: { jwks: { keys: [] } } }], ['jwks', { ...keys, profile: { jwks: { keys: [{ ...jwk, x: 'AA' }] } } }],
    ['scope', { scopes: ['a b'] }], ['reserved-scope', { scopes: ['revocations:read'] }],
    ['reserved-scope', { scopes: ['countersign:x'], grantTypes: ['client_credentials', 'authorization_code'] }],
    ['audience', { audience: ['a b'] }], ['too-many', { scopes: Array.from({ length: 300 }, (_, place) => `scope-${place}`) }],
    ['audience-without-issuer', { ...machine, scopes: ['revocations:read'], audience: ['https://stock.example'] }],
    ['no-redirect-uri', { redirectUris: [] }], ['idle-redirect-uri', { grantTypes: ['client_credentials'] }],
    ['redirect-uri', { redirectUris: ['https://app.example/cb#x'] }], ['redirect-uri', { redirectUris: Array.from({ length: 51 }, (_, place) => `https://app.example/${place}`) }],
    ['post-logout-redirect-uri', { postLogoutRedirectUris: ['https://app.example/#x'] }],
    ['backchannel-logout-uri', { backchannelLogoutUri: 'http://app.example/logout' }], ['backchannel-logout-uri', { backchannelLogoutUri: 'https://app.example/#x' }],
    ['backchannel-logout-uri', { backchannelLogoutUri: 'com.example.app:/x' }],
    ['public-without-pkce', { authMethods: ['none'], profile: { requirePkce: false } }],
    ['no-sector', { redirectUris: ['https://a.example/cb', 'https://b.example/cb'], profile: { subjectType: 'pairwise' } }],
    ['idle-sector', { profile: { sectorIdentifier: 'a.example' } }], ['sector', { profile: { subjectType: 'pairwise', sectorIdentifier: 'https://a.example' } }],
    ['link', { profile: { clientUri: 'javascript:alert(1)' } }], ['link', { profile: { logoUri: 'http://app.example/logo' } }],
    ['link', { profile: { policyUri: 'data:text/html,x' } }], ['link', { profile: { tosUri: '/tos' } }], ['contacts', { profile: { contacts: [''] } }]
  ]
  for (const [rule, changes] of cases) t.equal(ruleOf({ ...web, ...changes }), rule, JSON.stringify(changes).slice(0, 80))
})

t.test('a logout token goes in clear only where no stranger listens', async t => {
  const plain = (host: string) => ruleOf({ ...web, backchannelLogoutUri: `http://${host}/logout` })
  for (const host of ['localhost:3000', '127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '[::1]', '[fd00::1]', 'web', 'web.internal']) {
    t.equal(plain(host), undefined, host)
  }
  for (const host of ['app.example', '172.32.0.1', '11.0.0.1', '8.8.8.8', '[2001:db8::1]', '10.example', '127.0.0.1.example', '[fe80::1]']) {
    t.equal(plain(host), 'backchannel-logout-uri', host)
  }
})
