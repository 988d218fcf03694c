import t from 'tap'
import { readBearer } from '../../src/protocol/bearer.ts'

t.test('a bearer header gives its token, however the scheme is written', async t => {
  for (const header of ['Bearer a.b-c_d~e+f/g==', 'bearer a.b-c_d~e+f/g==', 'BEARER    a.b-c_d~e+f/g==  ']) {
    t.equal(readBearer(header), 'a.b-c_d~e+f/g==', header)
  }
})

t.test('another scheme is no bearer header', async t => {
  for (const header of [undefined, '', 'Basic abc', 'Bearerabc', 'DPoP abc', ' Bearer abc']) t.equal(readBearer(header), undefined, header ?? 'none')
})

t.test('a bearer header without one token is malformed', async t => {
  for (const header of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer =', 'Bearer "a"', 'Bearer ä', 'Bearer\ta', 'Bearer a,b']) {
    t.throws(() => readBearer(header), { code: 'invalid_token', reason: 'bearer/malformed-header' }, header)
  }
})
