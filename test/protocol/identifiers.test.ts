import { randomBytes } from 'node:crypto'
import t from 'tap'
import {
  clientJti, clientOriginOfJti, clientTagOf, grantIdFrom, grantIdOfJti, grantJti, grantNumberOf, isGrantId, numberOfJti
} from '../../src/protocol/identifiers.ts'

t.test("a grant's id tells its number, and sorts by it as bytes do", async t => {
  for (const number of [0, 1, 255, 65_536, 2 ** 32, 2 ** 48 - 1]) {
    const id = grantIdFrom(number, randomBytes(10))
    t.equal(id.length, 22)
    t.ok(isGrantId(id))
    t.equal(grantNumberOf(id), number)
    const jti = grantJti(id, randomBytes(9))
    t.equal(grantIdOfJti(jti), id)
    t.equal(numberOfJti(jti), number)
    t.equal(clientOriginOfJti(jti), undefined)
  }
})

t.test('a grant id has one spelling', async t => {
  const id = grantIdFrom(7, Buffer.alloc(10))
  t.ok(isGrantId(id))
  for (const wrong of ['', id.slice(1), `${id}A`, `${id.slice(0, -1)}B`, id.replace(/.$/, '='), 'x'.repeat(22), `${id.slice(0, -1)}+`]) {
    t.notOk(isGrantId(wrong), wrong)
  }
})

t.test("a client's jti tells its client and its number", async t => {
  const origin = { clientTag: clientTagOf('orders'), number: 42 }
  const jti = clientJti(origin, randomBytes(9))
  t.strictSame(clientOriginOfJti(jti), origin)
  t.equal(numberOfJti(jti), 42)
  t.equal(grantIdOfJti(jti), undefined)
  t.equal(clientTagOf('orders'), clientTagOf('orders'))
  t.not(clientTagOf('orders'), clientTagOf('Orders'))
})

t.test('what is not ours has neither grant nor number', async t => {
  const random = 'AAAAAAAAAAAA'
  for (const jti of ['', 'x', `${'A'.repeat(21)}.${random}`, `${'A'.repeat(22)}.${random}A`, `${'A'.repeat(22)}.${random}\n`,
    `c.${'A'.repeat(16)}.-1.${random}`, `c.${'A'.repeat(16)}.01.${random}`, `c.${'A'.repeat(16)}.1e3.${random}`, `c.${'A'.repeat(15)}.1.${random}`]) {
    t.equal(grantIdOfJti(jti), undefined, jti)
    t.equal(numberOfJti(jti), undefined, jti)
  }
})
