import t from 'tap'
import { matchRedirectUri } from '../../src/protocol/match-redirect-uri.ts'

t.test('a redirect URI matches byte for byte', async t => {
  const registered = ['https://app.example.com/cb', 'com.example.app:/cb']
  const web = { redirectUris: registered, profile: {} }
  for (const uri of registered) t.ok(matchRedirectUri(web, uri))
  for (const uri of ['', 'https://app.example.com/cb/', 'https://app.example.com/CB', 'https://app.example.com/cb?x', 'https://app.example.com/cb\n', 'com.example.app:/cb2']) {
    t.notOk(matchRedirectUri(web, uri), uri)
  }
  t.notOk(matchRedirectUri({ redirectUris: [], profile: {} }, 'https://app.example.com/cb'))
})

t.test('on a loopback address the port alone may differ, for a native app', async t => {
  const registered = ['http://127.0.0.1/cb', 'http://[::1]:5000/cb?a=b', 'http://localhost/cb']
  const native = { redirectUris: registered, profile: { applicationType: 'native' as const } }
  for (const uri of ['http://127.0.0.1:0/cb', 'http://127.0.0.1:65535/cb', 'http://[::1]/cb?a=b', 'http://[::1]:1/cb?a=b']) t.ok(matchRedirectUri(native, uri), uri)
  for (const uri of [
    'http://127.0.0.1:65536/cb', 'http://127.0.0.1:123456/cb', 'http://127.0.0.1:/cb', 'http://127.0.0.1:1', 'http://127.0.0.1:1/cb/', 'http://127.0.0.1:1/cb#x', 'http://[::1]:1/cb',
    'https://127.0.0.1:1/cb', 'http://localhost:1/cb', 'http://127.0.0.1:1@evil.example/cb', 'http://127.0.0.1.evil.example/cb', 'http://127.0.0.10:1/cb', 'HTTP://127.0.0.1/cb'
  ]) t.notOk(matchRedirectUri(native, uri), uri)
  const web = { redirectUris: registered, profile: {} }
  for (const uri of registered) t.ok(matchRedirectUri(web, uri), uri)
  for (const uri of ['http://127.0.0.1:1/cb', 'http://[::1]:1/cb?a=b']) t.notOk(matchRedirectUri(web, uri), `${uri} of a web application`)
})
