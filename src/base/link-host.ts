import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import ipaddr from 'ipaddr.js'
import { urlFrom } from '../../text/url'

/**
 * Host and port of this machine for links if PUBLIC_URL is not set. Clients can send any Host header, so it is used
 * only if it names this machine, loopback or the address the request arrived at. Otherwise that address is used.
 */
export function linkHost(req: IncomingMessage): string {
  const { localAddress, localPort } = req.socket
  const address = plain(localAddress ?? '127.0.0.1')
  const given = urlFrom(`http://${req.headers.host}`)
  if (given) {
    const { host, hostname: name, href } = given
    if (href === `http://${host}/` && isOwn(name, address)) return host
  }
  return `${isIPv6(address) ? `[${address}]` : address}:${localPort}`
}

function isOwn(name: string, address: string): boolean {
  if (name === 'localhost' || name.endsWith('.localhost') || name === hostname().toLowerCase()) return true
  const literal = name.replace(/^\[(.*)\]$/, '$1')
  if (!ipaddr.isValid(literal)) return false
  return plain(literal) === address || ipaddr.process(literal).range() === 'loopback'
}

/** Dual-stack sockets report IPv4 addresses in IPv6 form; this converts them back. */
const plain = (address: string) => ipaddr.process(address).toString()
