import t from 'tap'
import { clientAddress } from '../../src/http/client-address.ts'

t.test('an IPv4 address counts for itself, mapped or not', async t => {
  t.equal(clientAddress('192.0.2.1'), '192.0.2.1')
  t.equal(clientAddress('::ffff:192.0.2.1'), '192.0.2.1')
  t.equal(clientAddress('::FFFF:192.0.2.1'), '192.0.2.1')
})

t.test('an IPv6 address counts for its /64, however it is written', async t => {
  const spellings = ['2001:db8::1', '2001:db8:0:0:1:2:3:4', '2001:0DB8:0000::', '2001:db8::ffff:1%eth0', '2001:db8::']
  t.strictSame([...new Set(spellings.map(clientAddress))], ['2001:db8:0:0::/64'])
  t.equal(clientAddress('2001:db8:0:1::1'), '2001:db8:0:1::/64')
  t.equal(clientAddress('::1'), '0:0:0:0::/64')
  t.equal(clientAddress('1:2:3:4:5:6:7:8'), '1:2:3:4::/64')
})
