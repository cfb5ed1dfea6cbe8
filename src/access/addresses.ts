import ipaddr from 'ipaddr.js'

/**
 * What limits count a client by: an IPv4 address, or the /64 network of an IPv6 address, because one household or
 * server has all of that to itself.
 */
export function clientKey(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown'
  const address = ipaddr.process(ip)
  if (address.kind() === 'ipv4') return address.toString()
  return address.toByteArray().slice(0, 8).join('.')
}
