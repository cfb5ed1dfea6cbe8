import { getServers } from 'node:dns'
import { deadline } from '../../../../base/deadline'
import { type Refused, refused } from '../../../../base/failure'
import type { Attempt } from '../../attempt'
import { ADDRESSES_MAX, findAddresses } from '../../connect'
import { Down, isRefused } from '../../phases'
import { type HostPort, readHostPort } from '../../target'
import { warn } from '../../warnings'

const PORT = 53

/** A name server, by its address. */
export interface NameServer {
  address: string
  port: number
  /** Why it must not be asked: checked once more before anything is sent. */
  blocked(): Refused | undefined
}

export const readServer = (text: string) => readHostPort(text, PORT)

/** The name servers to ask, in order. Those of the system were chosen by its operator and need not be public. @throws Down */
export async function findServers(own: HostPort | undefined, attempt: Attempt): Promise<NameServer[]> {
  if (!own) return systemServers()
  const { host, port } = own
  const addresses = await findAddresses(host, 'any', attempt)
  return addresses.slice(0, ADDRESSES_MAX).map(address => ({
    address,
    port,
    blocked: () => attempt.outbound.checkAddress(address),
  }))
}

function systemServers(): NameServer[] {
  const servers = getServers().flatMap(text => {
    const read = readServer(text)
    if (typeof read === 'string') return []
    const { host, port } = read
    return { address: host, port, blocked: () => undefined }
  })
  if (!servers.length) {
    throw new Down({ code: 'dns_failed', message: 'This machine has no name servers: name one in the settings' })
  }
  return servers
}

/** Tries one server after another; each but the last has an equal share of the time. */
export async function firstOf<T extends object>(
  servers: NameServer[],
  timeoutMs: number,
  { signal, outcome, trace }: Attempt,
  work: (server: NameServer, signal: AbortSignal) => Promise<T | Refused>,
): Promise<{ server: NameServer; value: T } | Refused> {
  let result: T | Refused = refused('dns_failed', 'There is no name server')
  for (const [i, server] of servers.entries()) {
    const next = servers[i + 1]
    const limit = deadline(signal, next ? timeoutMs / servers.length : timeoutMs)
    result = await work(server, limit.signal).finally(limit.end)
    if (!isRefused(result)) return { server, value: result }
    if (!next || signal.aborted) break
    const message = `${server.address}: ${result.error.message}; trying ${next.address}`
    await warn({ code: 'address_failed', message }, outcome, trace, { reason: result.error.code })
  }
  return result as Refused
}
