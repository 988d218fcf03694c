import { BlockList, isIP } from 'node:net'

/** Which addresses may be connected to. */
export interface AddressRules {
  /** `allowed`: inside one of the private networks that the operator named. */
  judge(address: string): 'public' | 'allowed' | 'refused'
}

/** What is not globally reachable among IPv4 addresses (the IANA special-purpose registry, RFC 6890), and multicast. */
const specialIpv4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4'
]

/** All global unicast there is. What stands outside is loopback, local, multicast, or carries an IPv4 address (NAT64). */
const globalIpv6 = ['2000::/3']

/** Inside it: protocol assignments with Teredo, documentation, 6to4. */
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

/** @param privateNetworks CIDRs, such as `10.0.0.0/8` */
export function createAddressRules(privateNetworks: readonly string[]): AddressRules {
  const allowed = toBlockList(privateNetworks)
  const special = toBlockList([...specialIpv4, ...specialIpv6])
  const global = toBlockList(globalIpv6)
  return {
    judge(address) {
      const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
      // A zone names an interface of this machine: nothing public has one.
      if (isIP(address) === 0 || address.includes('%')) return 'refused'
      // An IPv4 address in the dress of an IPv6 one counts as what it is: BlockList compares it with the IPv4 networks.
      if (allowed.check(address, family)) return 'allowed'
      if (special.check(address, family)) return 'refused'
      return family === 'ipv4' || global.check(address, family) ? 'public' : 'refused'
    }
  }
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string]
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
