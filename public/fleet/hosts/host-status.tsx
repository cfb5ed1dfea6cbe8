import { formatAgo } from '../../../text/times'
import { now } from '../../clock'
import { Status } from '../../components/status'
import { type Host, STATUS_MEANINGS } from './host'

/** Whether a host is there, as a dot and a word. */
export function HostState({ host: { status } }: { host: Pick<Host, 'status'> }) {
  return (
    <span title={STATUS_MEANINGS[status]}>
      <Status status={status} />
    </span>
  )
}

/** When a host was last seen. While it is online that is now: it asks every few seconds, and is written down less often. */
export function Seen({ host: { status, last_seen_at } }: { host: Pick<Host, 'status' | 'last_seen_at'> }) {
  return (
    <time dateTime={last_seen_at} title={last_seen_at}>
      {status === 'online' ? 'now' : formatAgo(last_seen_at, now.value)}
    </time>
  )
}
