import t from 'tap'
import { findRedirectUriFault } from '../../src/protocol/redirect-uri.ts'

t.test('addresses that a response can safely be sent to are accepted', async t => {
  for (const uri of [
    'https://app.example/callback', 'https://app.example', 'https://app.example:8443/cb?tenant=7', 'http://127.0.0.1/cb',
    'http://127.0.0.1:49152/cb', 'http://[::1]:8080/cb', 'http://localhost:3000/cb',
    'HTTPS://app.example/cb'
  ]) {
    t.equal(findRedirectUriFault(uri), undefined, uri)
    t.equal(findRedirectUriFault(uri, 'native'), undefined, uri)
  }
})

t.test('A7: a private scheme has a dot, and belongs to a native application', async t => {
  for (const uri of ['com.example.app:/callback', 'com.example.app://callback']) {
    t.equal(findRedirectUriFault(uri, 'native'), undefined, uri)
    t.match(findRedirectUriFault(uri), /native/, uri)
  }
  for (const uri of ['myapp:/cb', 'javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///x', 'blob:https://app.example/1', 'about:blank']) {
    t.match(findRedirectUriFault(uri, 'native'), /scheme/, uri)
  }
})

t.test('what could leak or run a response is refused with the reason', async t => {
  for (const [uri, fault] of [
    ['http://app.example/cb', /another host/], ['http://127.0.0.1.evil.example/', /another host/],
    ['http://localhost.evil.example/', /another host/], ['https://app.example/cb#part', /fragment/],
    ['https://app.example/cb#', /fragment/], ['/callback', /not an absolute/], ['callback', /not an absolute/], ['', /not an absolute/],
    ['https:app.example', /not an absolute/], ['https:/app.example', /not an absolute/], ['https:///app.example', /not an absolute/],
    ['javascript:alert(1)', /scheme/], ['JavaScript:alert(1)', /scheme/], ['data:text/html,x', /scheme/], ['vbscript:x', /scheme/],
    ['file:///etc/passwd', /scheme/], ['myapp:/cb', /scheme/], ['blob:https://app.example/1', /scheme/],
    ['https://user:pw@app.example/', /user name/], ['https://app.example/\n', /not an absolute/],
    ['https://app.example/ x', /not an absolute/], ['https://app.example\\@evil.example/', /not an absolute/],
    ['https://äpp.example/', /not an absolute/], [`https://app.example/${'x'.repeat(2000)}`, /longer/]
  ] as const) t.match(findRedirectUriFault(uri), fault, uri.slice(0, 60))
})
