import { isIPv6 } from 'node:net'
import { type Refused, refused } from '../../../../base/failure'
import { type Attempt, attempt } from '../../attempt'
import type { CheckRequest, CheckType } from '../../check-type'
import { findAddresses, tryAddresses } from '../../connect'
import { isRefused } from '../../phases'
import { hostFaults, hostOf } from '../../target'
import {
  complaintOf,
  isForbidden,
  isForPing6,
  isUnreachable,
  readReport,
  readStatistics,
  type Statistics,
} from './output'
import { type Pinging, runPing } from './program'

const MISSING =
  'This machine has no program "ping": install one, on Debian with "apt install iputils-ping", or name its folder in PATH'
const FORBIDDEN =
  'This machine does not let Tailrace ping: permit it with sysctl net.ipv4.ping_group_range="0 2147483647"'

/**
 * Sends ICMP echo requests with the system's `ping`, because sockets for them need rights that this process should not
 * have. The latency is the average round-trip time, without starting the program.
 */
export const ping: CheckType<'ping'> = {
  faults: hostFaults,
  hostOf,
  run: (request, deps) =>
    attempt(request.timeoutMs, deps, async current => {
      const { settings, target } = request
      const addresses = await findAddresses(hostOf(target), settings.ip_family, current)
      const { received, min, avg, max } = await current.phases.run(
        'first_byte',
        0,
        () => tryAddresses(addresses, current, address => measure(address, request, current)),
        statistics => `ping ended; ${statistics.received} of ${settings.packets} packets came back`,
      )
      current.phases.ms.first_byte = avg
      return `${received} of ${settings.packets} packets came back in ${min}/${avg}/${max} ms (min/avg/max)`
    }),
}

async function measure(
  address: string,
  { settings: { packets, loss_percent_max }, timeoutMs }: CheckRequest<'ping'>,
  { outbound, signal, outcome }: Attempt,
): Promise<Statistics | Refused> {
  const blocked = outbound.checkAddress(address)
  if (blocked) return blocked
  const statistics = await send({ address, packets, timeoutMs, searchPath: outbound.searchPath }, signal)
  if (isRefused(statistics)) return statistics
  const received = Math.min(statistics.received, packets) // some answer twice
  const loss = ((packets - received) / packets) * 100
  const { min, avg, max } = statistics
  Object.assign(outcome.details, {
    address,
    packets,
    received,
    loss_percent: Math.round(loss * 10) / 10,
    min_ms: min,
    avg_ms: avg,
    max_ms: max,
  })
  if (avg !== null) outcome.latency_ms = avg
  if (loss <= loss_percent_max) return { ...statistics, received }
  const share = received ? `${packets - received} of ${packets} packets were lost` : 'no packet came back'
  return refused('packets_lost', `${address}: ${share}${statistics.report ? ` (${statistics.report})` : ''}`)
}

async function send(pinging: Pinging, signal: AbortSignal): Promise<(Statistics & { report?: string }) | Refused> {
  let said = await runPing('ping', pinging, signal)
  if (said && isIPv6(pinging.address) && !said.output && isForPing6(said.errors)) {
    said = await runPing('ping6', pinging, signal)
  }
  if (!said) return refused('ping_unavailable', MISSING)
  const statistics = readStatistics(said.output)
  if (statistics) return { ...statistics, report: readReport(said.output) }
  if (signal.aborted) return refused('timeout', 'The program "ping" did not end in time')
  const complaint = complaintOf(said.errors)
  if (isForbidden(said.errors)) return refused('ping_unavailable', `${FORBIDDEN} (${complaint})`)
  if (isUnreachable(said.errors)) return refused('unreachable', `${pinging.address} cannot be reached: ${complaint}`)
  return refused(
    'ping_unavailable',
    `The program "ping" does not work: ${complaint || 'it said nothing that is known'}`,
  )
}
