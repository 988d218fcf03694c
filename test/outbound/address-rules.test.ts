import t from 'tap'
import { createAddressRules } from '../../src/outbound/address-rules.ts'

t.test('an address that is not globally reachable is refused, whatever it is written like', async t => {
  const { judge } = createAddressRules([])
  const refused = [
    '0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.254', '169.254.169.254',
    '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255',
    '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
    '::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1',
    '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd12:3456::1',
    'fe80::1', 'fe80::1%lo', 'fec0::1', 'ff02::1', '4000::1', 'localhost', '', '2130706433', '0x7f.1'
  ]
  t.strictSame(refused.filter(address => judge(address) !== 'refused'), [])
  const others = [
    '1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0',
    '172.15.255.255', '172.32.0.0', '192.0.1.0', '198.17.255.255', '198.20.0.0', '223.255.255.255',
    '2001:4860:4860::8888', '2606:4700::1111', '2a00:1450::1', '2001:200::1', '2003::1', '3ffe::1'
  ]
  t.strictSame(others.filter(address => judge(address) !== 'public'), [])
})

t.test('a network that the operator named is allowed, and nothing beside it', async t => {
  const { judge } = createAddressRules(['10.20.0.0/16', 'fd00:1::/32', '127.0.0.1/32'])
  for (const address of ['10.20.0.0', '10.20.255.255', '::ffff:10.20.1.1', '127.0.0.1', 'fd00:1:2::3']) {
    t.equal(judge(address), 'allowed', address)
  }
  for (const address of ['10.19.255.255', '10.21.0.0', '127.0.0.2', 'fd00:2::1', '::1', '::ffff:10.21.0.0', 'fd00:1::1%eth0']) {
    t.equal(judge(address), 'refused', address)
  }
  t.equal(judge('8.8.8.8'), 'public')
})
