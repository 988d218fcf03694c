import t from 'tap'
import { claimsAskedFor, parseClaimsRequest, requestedAcr, requestedSubjects, type ClaimsRequest } from '../../src/protocol/claims-request.ts'
import { parseStrictJson } from '../../src/protocol/strict-json.ts'

t.test('N169: known claims are kept as they are asked for, unknown ones ignored', async t => {
  t.strictSame(parseClaimsRequest(JSON.stringify({
    userinfo: {
      given_name: { essential: true }, nickname: null, email: { essential: false, value: 'a@b.example', purpose: 'x' },
      'http://example.info/claims/groups': null, picture: {}
    },
    id_token: { auth_time: { essential: true }, acr: { values: ['urn:one', 'urn:two'] }, iss: null },
    other: { name: null }
  })), {
    userinfo: { given_name: { essential: true }, nickname: null, picture: {}, email: { essential: false, value: 'a@b.example' } },
    id_token: { acr: { values: ['urn:one', 'urn:two'] }, auth_time: { essential: true } }
  })
  t.strictSame(parseClaimsRequest('{}'), {})
  t.strictSame(parseClaimsRequest(' {"userinfo":null} '), {})
})

t.test('N169: what is no claims request is malformed', async t => {
  for (const text of [
    '', 'x', 'null', '[]', '"x"', '5', '{', '{"userinfo":{}', '{"userinfo":[]}', '{"userinfo":"name"}', '{"id_token":5}',
    '{"userinfo":{"name":true}}', '{"userinfo":{"name":"x"}}', '{"userinfo":{"name":[]}}', '{"userinfo":{"name":{"essential":"yes"}}}',
    '{"userinfo":{"name":{"values":"x"}}}', '{"userinfo":{},"userinfo":{}}', '{"userinfo":{"name":null,"name":null}}',
    '{"userinfo":{"name":null,"n\\u0061me":null}}', '{"userinfo":{"name":{"value":"a\\u0000"}}}', '{"userinfo":{"name":{"value":"\\ud800"}}}',
    '{"x":"\\u0000"}', `{"x":${'['.repeat(4000)}${']'.repeat(4000)}}`, `{"x":"${'x'.repeat(8200)}"}`, '{"x":"é"}'.padEnd(8192)
  ]) t.equal(parseClaimsRequest(text), 'malformed', text.slice(0, 60))
})

t.test('a member called __proto__ changes nothing', async t => {
  const request = parseClaimsRequest('{"__proto__":{"userinfo":{"name":null}},"userinfo":{"__proto__":{"essential":true},"name":{"__proto__":{"essential":true}}}}')
  t.strictSame(request, { userinfo: { name: {} } })
  t.equal(((request as ClaimsRequest).userinfo!['name'] as { essential?: boolean }).essential, undefined)
  t.equal(({} as { essential?: boolean }).essential, undefined)
})

t.test('N169: an essential acr says which values will do', async t => {
  const acr = (claim: object | null) => requestedAcr(parseClaimsRequest(JSON.stringify({ id_token: { acr: claim } })) as ClaimsRequest)
  t.strictSame(acr({ essential: true, value: 'urn:one' }), ['urn:one'])
  t.strictSame(acr({ essential: true, values: ['urn:one', 'urn:two'] }), ['urn:one', 'urn:two'])
  t.strictSame(acr({ essential: true, value: 5 }), [], 'nothing can meet it')
  t.strictSame(acr({ essential: true, values: [] }), [])
  for (const any of [null, {}, { essential: true }, { values: ['urn:one'] }, { essential: false, value: 'urn:one' }]) t.equal(acr(any), undefined)
  t.equal(requestedAcr(undefined), undefined)
})

t.test('a request may name the one user, and the claims to be consented to', async t => {
  const request = parseClaimsRequest('{"userinfo":{"phone_number":null},"id_token":{"sub":{"value":"usr_1"},"email":null,"acr":null}}') as ClaimsRequest
  t.strictSame(requestedSubjects(request), ['usr_1'])
  t.strictSame(claimsAskedFor(request), ['email', 'phone_number'])
  t.strictSame(claimsAskedFor(undefined), [])
})

t.test('N169: every demand on the sub counts, in whichever part it stands', async t => {
  const subjects = (request: object) => requestedSubjects(parseClaimsRequest(JSON.stringify(request)) as ClaimsRequest)
  const of = (userinfo: object | null, idToken: object | null = null) => subjects({ userinfo: { sub: userinfo }, id_token: { sub: idToken } })
  t.strictSame(of({ value: 'a' }), ['a'])
  t.strictSame(of(null, { value: 'a' }), ['a'])
  t.strictSame(of({ values: ['a', 'b'] }), ['a', 'b'])
  t.strictSame(of({ value: 'a' }, { value: 'a' }), ['a'])
  t.strictSame(of({ values: ['a', 'b', 'c'] }, { values: ['c', 'd', 'b'] }), ['b', 'c'])
  t.strictSame(of({ values: ['a', 'b'] }, { value: 'b' }), ['b'])
  t.strictSame(of({ value: 'a', values: ['a', 'b'] }), ['a'])
  for (const nobody of [of({ value: 'a' }, { value: 'b' }), of({ value: 'a', values: ['b'] }), of({ values: [] }), of({ value: 5 }), of({ value: null }), of({ values: [{}] })]) {
    t.strictSame(nobody, [])
  }
  for (const anybody of [of(null), of({}, { essential: true }), subjects({}), requestedSubjects(undefined)]) t.equal(anybody, undefined)
})

t.test('strict JSON is JSON that can be read in one way only', async t => {
  for (const text of ['{"a":{"a":1},"b":["a","a",{"a":1}],"c":"a"}', '[]', '"a\\"{b"', '{"a":"}","b":"{\\"a\\":1,"}', ' 1 ', '{"":1}']) {
    t.strictSame(parseStrictJson(text, 4), JSON.parse(text), text)
  }
  for (const text of ['{"a":1,"b":{},"a":2}', '[{"a":1},{"b":1,"b":1}]', '{"a":[],"a":[]}', '[[[[[]]]]]', '{"a":1,}', '"\\udc00"', '{"\\u0000":1}']) {
    t.equal(parseStrictJson(text, 4), undefined, text)
  }
})
