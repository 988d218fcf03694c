import t from 'tap'
import fc from 'fast-check'
import { buildCodeResponse, buildErrorResponse, redirectLocation } from '../../src/protocol/authorization-response.ts'

const issuer = 'https://id.example.com'
const to = (redirectUri: string, state?: string) => ({ redirectUri, responseMode: 'query' as const, state })

t.test('an answer is appended to the redirect URI and its query', async t => {
  const locate = (uri: string) => redirectLocation({ redirectUri: uri, params: { code: 'c', iss: issuer } })
  const tail = 'code=c&iss=https%3A%2F%2Fid.example.com'
  t.equal(locate('https://a.example/cb'), `https://a.example/cb?${tail}`)
  t.equal(locate('https://a.example/cb?'), `https://a.example/cb?${tail}`)
  t.equal(locate('https://a.example/cb?x=y'), `https://a.example/cb?x=y&${tail}`)
  t.equal(locate('https://a.example/cb?x=y&'), `https://a.example/cb?x=y&${tail}`)
  t.equal(locate('com.example.app:/cb'), `com.example.app:/cb?${tail}`)
})

t.test('an answer names the issuer, and the state only where there was one', async t => {
  t.strictSame(buildCodeResponse(to('https://a.example/'), 'c', issuer).params, { code: 'c', iss: issuer })
  t.strictSame(buildCodeResponse(to('https://a.example/', 's'), 'c', issuer).params, { code: 'c', state: 's', iss: issuer })
  t.strictSame(buildErrorResponse(to('https://a.example/'), { error: 'access_denied', rule: 'denied' }, issuer).params, {
    error: 'access_denied', error_description: 'The request was denied.', iss: issuer
  })
})

t.test('whatever the state is, it comes back whole and adds no parameter', async t => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), state => {
    const location = redirectLocation(buildCodeResponse(to('https://a.example/cb?x=y', state), 'c', issuer))
    const url = new URL(location)
    return /^[\x21-\x7E]+$/.test(location) && url.hash === '' && [...url.searchParams.keys()].join() === 'x,code,state,iss' &&
      url.searchParams.get('state') === state
  }))
  t.pass()
})
