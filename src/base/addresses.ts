import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/** Loopback, RFC 1918 and RFC 4193. Not link-local, where cloud metadata lives; a CIDR can still allow the rest of it. */
const PRIVATE_KINDS = new Set(['loopback', 'private', 'uniqueLocal'])
/** Only 2000::/3 is allocated as global unicast (RFC 4291 section 2.4); ipaddr.js calls all unlisted space unicast. */
const GLOBAL_V6: Range = ipaddr.parseCIDR('2000::/3')
/** RFC 6052: the well-known prefix of NAT64. With DNS64, IPv4-only names resolve to it. */
const NAT64: Range = ipaddr.parseCIDR('64:ff9b::/96')
const TEREDO: Range = ipaddr.parseCIDR('2001::/32')

/** Hands out credentials to anything running on a cloud machine: AWS (and its containers), Google, Azure, Alibaba, Oracle, OpenStack. */
const METADATA: Range[] = [
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
  'fe80::a9fe:a9fe/128',
].map(text => ipaddr.parseCIDR(text))

/**
 * Byte positions where an IPv6 address can carry an IPv4 address: 6to4 (RFC 3056) and the six NAT64 layouts of
 * RFC 6052 section 2.2. The last one also covers mapped, compatible and translated addresses.
 */
const EMBEDDED = [
  [2, 3, 4, 5],
  [4, 5, 6, 7],
  [5, 6, 7, 9],
  [6, 7, 9, 10],
  [7, 9, 10, 11],
  [9, 10, 11, 12],
  [12, 13, 14, 15],
] as const

/** Whether this is a valid entry of OUTBOUND_ALLOW: `private`, a CIDR or a single address. */
export const isAllowance = (text: string) => text === 'private' || rangeOf(text) !== undefined

/**
 * Creates the check of outbound addresses.
 * @param allow entries of OUTBOUND_ALLOW
 * @returns a function that says why an address is blocked, or undefined if it is allowed
 * @throws Error for an entry that is not `private`, a CIDR or an address
 */
export function createAddressCheck(allow: readonly string[]): (address: string) => string | undefined {
  const ranges = allow.filter(text => text !== 'private').map(readRange)
  const privateAllowed = allow.includes('private')

  return text => {
    if (!ipaddr.isValid(text)) return 'is not an IP address'
    const address = ipaddr.process(text) // turns a mapped IPv6 address into the IPv4 address it connects to
    if (isMetadata(address)) return 'is a cloud metadata address, which is never reached'
    if (isPublic(address) || ranges.some(range => within(address, range))) return undefined
    const kind = address.range()
    if (privateAllowed && PRIVATE_KINDS.has(kind)) return undefined
    const reached = (within(address, NAT64) ? embedded(address.toByteArray(), [12, 13, 14, 15]) : address).toString()
    const what = reached === ipaddr.parse(text).toString() ? 'is' : `leads to ${reached}, which is`
    return `${what} not a public address (${kind}); the setting OUTBOUND_ALLOW can allow it`
  }
}

function readRange(text: string): Range {
  const range = rangeOf(text)
  if (!range) throw new Error(`OUTBOUND_ALLOW: "${text}" is neither "private" nor a CIDR such as 10.0.0.0/8`)
  return range
}

function rangeOf(text: string): Range | undefined {
  const [base = '', bits, ...rest] = text.split('/')
  // ipaddr.js accepts 10.1 and 012.0.0.1 like the C library does; in a setting these are typos
  if (rest.length || !(isIPv4(base) || ipaddr.IPv6.isValid(base)) || base.includes('%')) return undefined
  const address = ipaddr.parse(base)
  const widest = address.kind() === 'ipv4' ? 32 : 128
  if (bits === undefined) return [address, widest]
  return /^\d{1,3}$/.test(bits) && Number(bits) <= widest ? [address, Number(bits)] : undefined
}

function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  if (within(address, NAT64)) return isPublic(embedded(address.toByteArray(), [12, 13, 14, 15]))
  return address.range() === 'unicast' && within(address, GLOBAL_V6)
}

/** For IPv6, every embedded position is checked whatever the prefix, because a network may run NAT64 under its own prefix. */
function isMetadata(address: Address): boolean {
  if (METADATA.some(range => within(address, range))) return true
  if (address instanceof ipaddr.IPv4) return false
  const bytes = address.toByteArray()
  const candidates = EMBEDDED.map(positions => embedded(bytes, positions))
  // Teredo carries the client's address with all bits inverted (RFC 4380 section 4)
  if (within(address, TEREDO))
    candidates.push(
      embedded(
        bytes.map(byte => byte ^ 0xff),
        [12, 13, 14, 15],
      ),
    )
  return candidates.some(isMetadata)
}

const embedded = (bytes: number[], positions: readonly number[]) => new ipaddr.IPv4(positions.map(i => bytes[i] ?? 0))

const within = (address: Address, [base, bits]: Range) => address.kind() === base.kind() && address.match(base, bits)
