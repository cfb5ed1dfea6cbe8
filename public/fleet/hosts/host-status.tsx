import type { Host } from '../../../src/contract/hosts'
import { formatAgo, formatUtc } from '../../../text/times'
import { now } from '../../clock'
import { Status } from '../../components/status'
import { STATUS_MEANINGS } from './host'

/** The status of a host, as a dot and a word. */
export function HostState({ host: { status } }: { host: Pick<Host, 'status'> }) {
  return (
    <span title={STATUS_MEANINGS[status]}>
      <Status status={status} />
    </span>
  )
}

/** When a host was last seen; "now" while it is online, because the time is stored less often than its agent polls. */
export function Seen({ host: { status, last_seen_at } }: { host: Pick<Host, 'status' | 'last_seen_at'> }) {
  return (
    <time dateTime={last_seen_at} title={formatUtc(last_seen_at)}>
      {status === 'online' ? 'now' : formatAgo(last_seen_at, now.value)}
    </time>
  )
}
