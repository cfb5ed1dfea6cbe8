import type { Host, HostStatus, StatusCounts } from './host'

/** A tenant event about a host. */
export interface HostEvent {
  type: string
  timestamp: string
  data: { host_id: string; host_identifier?: string; hostname?: string; status?: HostStatus; last_seen_at?: string }
}

const TYPES = new Set(['host_status', 'host_enrolled', 'host_deleted'])
export const isHostEvent = ({ type }: { type: string }) => TYPES.has(type)

export interface Hosts {
  hosts: Host[]
  counts: StatusCounts
}

/**
 * The list after the events of a frame; the same arrays when they change nothing. A row that no longer fits a status
 * filter stays until the next reading: it would be pulled away from under the eye.
 * `isIncomplete`: something happened to a host that is not in the list, so counts or rows have to be read again.
 */
export function applyToHosts(
  { hosts, counts }: Hosts,
  events: readonly HostEvent[],
): Hosts & { isIncomplete: boolean } {
  const places = new Map(hosts.map((host, at) => [host.id, at]))
  const next = [...hosts]
  const counted = { ...counts }
  const gone = new Set<string>()
  let isChanged = false
  let isIncomplete = false
  for (const event of events) {
    const at = places.get(event.data.host_id)
    const known = at === undefined ? undefined : next[at]
    if (at === undefined || !known) {
      isIncomplete ||= event.type !== 'host_deleted'
      continue
    }
    if (event.type === 'host_deleted') {
      places.delete(known.id)
      gone.add(known.id)
      counted[known.status]--
      continue
    }
    const host = applyEvent(known, event)
    if (host === known) continue
    next[at] = host
    counted[known.status]--
    counted[host.status]++
    isChanged = true
  }
  if (!isChanged && gone.size === 0) return { hosts, counts, isIncomplete }
  return { hosts: next.filter(host => !gone.has(host.id)), counts: counted, isIncomplete }
}

/** The host after an event; the same object when the event tells nothing new, as those of before the reading do. */
function applyEvent(host: Host, { timestamp, data }: HostEvent): Host {
  const status = data.status ?? 'online'
  if (status === host.status || timestamp < host.last_seen_at) return host
  const last_seen_at = data.last_seen_at ?? (status === 'online' ? timestamp : host.last_seen_at)
  return { ...host, status, last_seen_at, hostname: data.hostname || host.hostname }
}
