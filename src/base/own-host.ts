import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { hostname } from 'node:os'
import ipaddr from 'ipaddr.js'

/**
 * Host and port under which this machine can be named in a link, where PUBLIC_URL does not say so: those of the Host
 * header, which is the client's own word, only when they name the address that the request came in at, loopback or this
 * machine; else that address itself.
 */
export function ownHost(req: IncomingMessage): string {
  const { localAddress, localPort } = req.socket
  const address = plain(localAddress ?? '127.0.0.1')
  const given = `http://${req.headers.host}`
  if (URL.canParse(given)) {
    const { host, hostname: name, href } = new URL(given)
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

/** An IPv4 address in IPv6 form, as sockets of both families tell it, as IPv4. */
const plain = (address: string) => ipaddr.process(address).toString()
