import { isIP, type Socket } from 'node:net'
import { dial } from '../../../../base/dial'
import type { FailureCode } from '../../../../base/failure'
import { reverseName } from '../../../../base/reverse-name'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { type Attempt, attempt } from '../../attempt'
import type { CheckRequest, CheckType } from '../../check-type'
import { Down } from '../../phases'
import { hostOf } from '../../target'
import { askTcp, askUdp } from './ask'
import { faults } from './faults'
import { isRoot, plainName, type Question, type RecordType, type Reply } from './message'
import { compare, textOf } from './records'
import { findServers, firstOf, type NameServer, readServer } from './servers'

/** What the answers of name servers that are no success mean (RFC 1035 section 4.1.1). */
const RCODES: Record<string, [FailureCode, string]> = {
  NXDOMAIN: ['dns_nxdomain', 'The name server says that the name does not exist (NXDOMAIN)'],
  SERVFAIL: ['dns_servfail', 'The name server failed to find an answer (SERVFAIL)'],
  REFUSED: ['dns_refused', 'The name server refuses to answer (REFUSED)'],
}

/** How many records are kept, and how many are named in a message. */
const RECORDS_KEPT_MAX = 100
const RECORDS_NAMED_MAX = 10

/** Asks a name server for records, and compares them with what is expected. */
export const dns: CheckType<'dns'> = {
  faults,
  hostOf: (target, { server }) => serverOf(server)?.host ?? target,
  run: (request, deps) =>
    attempt(request.timeoutMs, deps, async current => {
      const question = {
        name: nameOf(request.target, request.settings.record_type),
        type: request.settings.record_type,
      }
      const reply = await ask(question, request, current)
      return judge(reply, question, request.settings.expected, current)
    }),
}

function serverOf(server: string | undefined) {
  const read = server === undefined ? undefined : readServer(server)
  if (typeof read === 'string') throw new Error(`The name server ${read}`)
  return read
}

/** For a PTR record, an address stands for the name below which its name is found. */
function nameOf(target: string, type: RecordType): string {
  if (isRoot(target)) return target
  const host = hostOf(target)
  return type === 'PTR' && isIP(host) ? reverseName(host) : plainName(host)
}

/** @throws Down if there is no answer */
async function ask(question: Question, request: CheckRequest<'dns'>, current: Attempt): Promise<Reply> {
  const { settings, timeoutMs } = request
  const servers = await findServers(serverOf(settings.server), current)
  if (settings.protocol === 'tcp') return askOverTcp(servers, question, timeoutMs, current)
  const { server, value } = await current.phases.run(
    'first_byte',
    0,
    () =>
      firstOf(
        servers,
        timeoutMs,
        current,
        async (one, signal) => one.blocked() ?? askUdp(one.address, one.port, question, signal),
      ),
    found => describe(found.value, found.server),
  )
  note(server, 'udp', current)
  if (!value.truncated) return value
  await current.trace.log('info', 'the answer is too long for UDP; asking again over TCP')
  try {
    return await askOverTcp([server], question, timeoutMs, current)
  } catch (error) {
    if (!(error instanceof Down)) throw error
    const { message, phase } = error.failure
    const why = `The answer is too long for UDP, and there is none over TCP: ${message}`
    throw new Down({ code: 'dns_truncated', message: why, phase })
  }
}

async function askOverTcp(servers: NameServer[], question: Question, timeoutMs: number, current: Attempt) {
  const { phases, signal } = current
  const { server, value: socket } = await phases.run<{ server: NameServer; value: Socket }>(
    'connect',
    0,
    () =>
      firstOf(
        servers,
        timeoutMs,
        current,
        async (one, limited) => one.blocked() ?? dial(one.address, one.port, limited),
      ),
    found => `connected to ${found.server.address} port ${found.server.port}`,
  )
  note(server, 'tcp', current)
  try {
    return await phases.run(
      'first_byte',
      0,
      () => askTcp(socket, question, signal),
      reply => describe(reply, server),
    )
  } finally {
    socket.destroy()
  }
}

function note({ address, port }: NameServer, protocol: 'udp' | 'tcp', { outcome }: Attempt) {
  Object.assign(outcome.details, {
    server: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    protocol,
  })
}

const describe = ({ rcode, records, truncated }: Reply, { address }: NameServer) =>
  `${address} answered ${rcode} with ${records.length} records${truncated ? ', truncated' : ''}`

/** @returns what to log if the answer is as expected. @throws Down if it is not */
function judge(
  { rcode, records }: Reply,
  { name, type }: Question,
  expected: MonitorSettings['dns']['expected'],
  { outcome }: Attempt,
): string {
  const found = records.map(textOf)
  const ttl = records.length ? Math.min(...records.map(record => ('ttl' in record ? (record.ttl ?? 0) : 0))) : null
  const [first] = records
  const serial = first?.type === 'SOA' ? (first.data.serial ?? null) : null
  Object.assign(outcome.details, { rcode, records: found.slice(0, RECORDS_KEPT_MAX), ttl, serial })
  if (rcode !== 'NOERROR') {
    const [code, message] = RCODES[rcode] ?? ['dns_rcode', `The name server answered ${rcode}`]
    throw new Down({ code, message })
  }
  if (!found.length) throw new Down({ code: 'dns_no_records', message: `${name} has no ${type} records` })
  if (expected !== undefined) checkRecords(found, [expected].flat(), type)
  return `${type} ${listed(found)}`
}

function checkRecords(found: string[], expected: string[], type: RecordType) {
  const { missing, unexpected } = compare(found, expected, type)
  const parts = [
    missing.length && `missing: ${listed(missing)}`,
    unexpected.length && `not expected: ${listed(unexpected)}`,
  ].filter(Boolean)
  if (!parts.length) return
  const message = `The ${type} records are not those expected; ${parts.join('; ')}`
  throw new Down({ code: 'dns_records_unexpected', message })
}

function listed(values: string[]): string {
  const more = values.length - RECORDS_NAMED_MAX
  return values.slice(0, RECORDS_NAMED_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
