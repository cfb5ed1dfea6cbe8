import ipaddr from 'ipaddr.js'

/**
 * The key by which limits count a client: an IPv4 address, or the /64 network of an IPv6 address, because a household
 * or server usually has all of that.
 */
export function clientKey(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  if (address.kind() === 'ipv4') return address.toString()
  return address.toByteArray().slice(0, 8).join('.')
}
