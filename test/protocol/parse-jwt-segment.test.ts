import t from 'tap'
import { parseJwtSegment } from '../../src/protocol/parse-jwt-segment.ts'

const encode = (text: string) => Buffer.from(text).toString('base64url')

t.test('a segment is an object, and nothing else is', async t => {
  t.strictSame(parseJwtSegment(encode('{"alg":"RS256"}')), { alg: 'RS256' })
  for (const text of ['', 'null', '[]', '"alg"', '1', '{"alg":', '{"alg":"RS256"}}']) {
    t.equal(parseJwtSegment(encode(text)), undefined, text)
  }
})

t.test('each object has one spelling', async t => {
  const segment = encode('{"a":1}')
  t.equal(segment.at(-1), 'Q')
  t.equal(parseJwtSegment(`${segment.slice(0, -1)}R`), undefined, 'bits left over')
  t.equal(parseJwtSegment(`${segment}A`), undefined)
})
