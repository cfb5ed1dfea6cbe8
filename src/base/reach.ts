import type { Socket } from 'node:net'
import type { Refused } from './failure'
import type { Outbound } from './outbound'

/** Max addresses of a name that are tried. */
const ADDRESSES_MAX = 4

export interface Destination {
  host: string
  port: number
  /** Whether TLS starts at once. */
  isSecure: boolean
}

/**
 * Opens a connection to an address given by users, through the guard. Addresses of a name are tried one after another.
 * @returns for a secure destination a socket whose certificate was checked
 */
export async function reach(
  outbound: Outbound,
  { host, port, isSecure }: Destination,
  signal: AbortSignal,
): Promise<Socket | Refused> {
  const addresses = await outbound.resolve(host, signal)
  if ('error' in addresses) return addresses
  const raw = await connectFirst(outbound, addresses.slice(0, ADDRESSES_MAX), port, signal)
  if ('error' in raw || !isSecure) return raw
  const secured = await outbound.secure(raw, host, signal)
  return 'error' in secured ? { error: secured.error } : secured.socket
}

async function connectFirst(
  outbound: Outbound,
  [first = '', ...others]: string[],
  port: number,
  signal: AbortSignal,
): Promise<Socket | Refused> {
  let result = await outbound.connect(first, port, signal)
  for (const address of others) {
    if (!('error' in result) || signal.aborted) break
    result = await outbound.connect(address, port, signal)
  }
  return result
}
