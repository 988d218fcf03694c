/**
 * Whom a limit counts: one IPv4 address, or the /64 of an IPv6 address, which is what one customer is given. An
 * IPv4-mapped address counts as IPv4.
 */
export function clientAddress(ip: string): string {
  if (!ip.includes(':')) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = ip.split('%', 1)[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  if (groups.slice(0, 5).every(group => /^0*$/.test(group)) && /^ffff$/i.test(groups[5] ?? '')) {
    return groups.slice(6).flatMap(group => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]).join('.')
  }
  return `${groups.slice(0, 4).map(group => parseInt(group, 16).toString(16)).join(':')}::/64`
}
