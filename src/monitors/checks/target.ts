import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Fault } from '../../base/errors'
import { hostNameProblem } from '../../base/host-name'

export interface HostPort {
  /** In ASCII; an IPv6 address without its brackets. */
  host: string
  port: number
}

/** What no host name has, and what URLs have around theirs. */
const FOREIGN = /[\s/\\@?#%:[\]"'<>()|,;\p{Cc}]/u
const PORT_MAX = 65_535

/**
 * Reads `host:port`; an IPv6 address must be in brackets, as in URLs.
 * @param defaultPort makes `:port` optional
 * @returns what is wrong with the text if it is not valid
 */
export function readHostPort(text: string, defaultPort?: number): HostPort | string {
  if (isIP(text) === 6 && defaultPort !== undefined) return { host: text, port: defaultPort }
  if (isIP(text) === 6 || (text.split(':').length > 2 && !text.startsWith('[') && !text.includes('/')))
    return 'must have an IPv6 address in brackets: [2001:db8::1]:443'
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  const port = match?.[2] === undefined ? defaultPort : Number(match[2])
  if (!match?.[1] || port === undefined) return 'must be a host and a port, such as example.org:443'
  if (port < 1 || port > PORT_MAX) return `must have a port from 1 to ${PORT_MAX}`
  const host = readHost(match[1])
  return 'problem' in host ? host.problem : { host: host.name, port }
}

/** Reads a host name or an address, with or without brackets. */
export function readHost(text: string): { name: string } | { problem: string } {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare)) return bare === text || isIP(bare) === 6 ? { name: bare } : { problem: 'must not have brackets' }
  if (FOREIGN.test(text)) return { problem: 'must be a host name or an IP address, without scheme and path' }
  const name = toAscii(text)
  const problem = name === '' ? 'contains characters that no name has' : hostNameProblem(name)
  return problem ? { problem: `must have a valid host name: this one ${problem}` } : { name }
}

/** Names with other characters as DNS knows them (RFC 5891); empty if that is not possible. */
export const toAscii = (name: string) => (/^[\x21-\x7e]*$/.test(name) ? name.toLowerCase() : domainToASCII(name))

/** The faults of a target `host:port`. */
export function hostPortFaults(target: string): Fault[] {
  const read = readHostPort(target)
  return typeof read === 'string' ? [{ path: 'target', message: read }] : []
}

/** Reads a target that has no faults. */
export function hostPortOf(target: string): HostPort {
  const read = readHostPort(target)
  if (typeof read === 'string') throw new Error(`The target ${read}`)
  return read
}

/** The faults of a target that is a host name or an address. */
export function hostFaults(target: string): Fault[] {
  const read = readHost(target)
  return 'problem' in read ? [{ path: 'target', message: read.problem }] : []
}

/** Reads a host that has no faults. */
export function hostOf(target: string): string {
  const read = readHost(target)
  if ('problem' in read) throw new Error(`The target ${read.problem}`)
  return read.name
}
