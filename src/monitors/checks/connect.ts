import { isIP, type Socket } from 'node:net'
import { type Refused, refused } from '../../base/failure'
import type { Attempt } from './attempt'
import { isRefused } from './phases'
import type { HostPort } from './target'
import { warn } from './warnings'

/** Max addresses of a name that are tried. */
export const ADDRESSES_MAX = 4

/** `any`, or the version of IP. */
export type Family = 'any' | '4' | '6'

/**
 * The addresses of a host that are of one family: the phase `dns`.
 * @param hop the number of redirects before this connection
 * @throws Down
 */
export function findAddresses(host: string, family: Family, attempt: Attempt, hop = 0): Promise<string[]> {
  const { outbound, phases, signal } = attempt
  return phases.run(
    'dns',
    hop,
    async () => {
      const found = await outbound.resolve(host, signal)
      return isRefused(found) ? found : ofFamily(found, host, family)
    },
    found => `${host} is at ${found.join(', ')}`,
  )
}

function ofFamily(addresses: string[], host: string, family: Family): string[] | Refused {
  if (family === 'any') return addresses
  const fitting = addresses.filter(address => isIP(address) === Number(family))
  return fitting.length
    ? fitting
    : refused('dns_not_found', `${host} has no IPv${family} address, only ${addresses.join(', ')}`)
}

/**
 * Resolves a host and connects to the first of its addresses that accepts: the phases `dns` and `connect`.
 * @param hop the number of redirects before this connection
 * @throws Down
 */
export async function openConnection(
  { host, port }: HostPort,
  family: Family,
  attempt: Attempt,
  hop = 0,
): Promise<Socket> {
  const addresses = await findAddresses(host, family, attempt, hop)
  const socket = await attempt.phases.run(
    'connect',
    hop,
    () => tryAddresses(addresses, attempt, address => attempt.outbound.connect(address, port, attempt.signal)),
    opened => `connected to ${opened.remoteAddress} port ${port}`,
  )
  attempt.outcome.details.address = socket.remoteAddress
  return socket
}

/**
 * Tries one address after another, never two at once: racing them would hide that some are dead. Only an immediate
 * failure leads to the next address; one that does not respond uses up the deadline.
 */
export async function tryAddresses<T extends object>(
  addresses: string[],
  { signal, outcome, trace }: Attempt,
  work: (address: string) => Promise<T | Refused>,
): Promise<T | Refused> {
  const [first = '', ...others] = addresses.slice(0, ADDRESSES_MAX)
  let result = await work(first)
  for (const address of others) {
    if (!isRefused(result) || signal.aborted) break
    const message = `${result.error.message}; trying ${address}`
    await warn({ code: 'address_failed', message }, outcome, trace, { reason: result.error.code })
    result = await work(address)
  }
  return result
}
