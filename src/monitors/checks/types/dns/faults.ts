import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { Fault } from '../../../../base/errors'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { readHost } from '../../target'
import { isRoot, type RecordType } from './message'
import { readServer } from './servers'

const NAME = /^\S+$/

/** What values of a type look like, if that is more than a name. */
const FORMS: Partial<Record<RecordType, { is: (value: string) => boolean; form: string }>> = {
  A: { is: isIPv4, form: 'an IPv4 address' },
  AAAA: { is: isIPv6, form: 'an IPv6 address' },
  MX: { is: value => /^\d+\s+\S+$/.test(value), form: 'a preference and a name: 10 mail.example' },
  SRV: {
    is: value => /^\d+\s+\d+\s+\d+\s+\S+$/.test(value),
    form: 'priority, weight, port and target: 0 5 5060 sip.example',
  },
  SOA: {
    is: value => /^\S+(\s+\S+(\s+\d+){0,5})?$/.test(value),
    form: 'a name server, optionally followed by the mailbox, the serial number and so on: ns.example admin.example 7',
  },
  CAA: { is: value => /^\d+\s+\w+\s+\S/.test(value), form: 'flags, a tag and a value: 0 issue "letsencrypt.org"' },
  TXT: { is: () => true, form: '' },
}

/** What is wrong with a target and its settings, beyond their schema. */
export function faults(target: string, { server, record_type, expected }: MonitorSettings['dns']): Fault[] {
  const about = targetProblem(target, record_type)
  const found = about ? [{ path: 'target', message: about }] : []
  const read = server === undefined ? undefined : readServer(server)
  if (typeof read === 'string') found.push({ path: 'settings.server', message: `${read}; the port may be left out` })
  const problem = expected === undefined ? undefined : expectedProblem([expected].flat(), record_type)
  if (problem) found.push({ path: 'settings.expected', message: problem })
  return found
}

function targetProblem(target: string, type: RecordType): string | undefined {
  if (isRoot(target)) return undefined
  const read = readHost(target)
  if ('problem' in read) return read.problem
  return isIP(read.name) && type !== 'PTR' ? 'must be a name: only PTR records are asked for by address' : undefined
}

function expectedProblem(expected: string[], type: RecordType): string | undefined {
  if (!expected.length) return 'must have at least one value'
  const { is, form } = FORMS[type] ?? { is: (value: string) => NAME.test(value), form: 'a name' }
  const wrong = expected.find(value => !is(value.trim()))
  return wrong === undefined ? undefined : `must be ${form}; ${JSON.stringify(wrong)} is not`
}
