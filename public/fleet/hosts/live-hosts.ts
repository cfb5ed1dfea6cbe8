import type { Host, HostCounts, HostStatusEvent } from '../../../src/contract/hosts'

const TYPES = new Set(['host_status', 'host_enrolled', 'host_deleted'])
export const isHostEvent = ({ type }: { type: string }) => TYPES.has(type)

/** A tenant event about a host; `host_deleted` has no status. */
export interface HostEvent {
  type: string
  timestamp: string
  data: Partial<HostStatusEvent> & Pick<HostStatusEvent, 'host_id'>
}

export interface Hosts {
  hosts: Host[]
  counts: HostCounts
}

/**
 * Applies the events of a frame. Returns the same arrays if nothing has changed. A row that no longer matches a status
 * filter stays until the next refresh, so that it does not vanish while somebody looks at it.
 * `isIncomplete`: an event is about a host that is not in the list, so counts or rows must be refreshed.
 */
export function applyToHosts(
  { hosts, counts }: Hosts,
  events: readonly HostEvent[],
): Hosts & { isIncomplete: boolean } {
  const places = new Map(hosts.map((host, at) => [host.id, at]))
  const next = [...hosts]
  const counted = { ...counts }
  const deleted = new Set<string>()
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
      deleted.add(known.id)
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
  if (!isChanged && deleted.size === 0) return { hosts, counts, isIncomplete }
  return { hosts: next.filter(host => !deleted.has(host.id)), counts: counted, isIncomplete }
}

/** Returns the same object if the event changes nothing, for example because it is older than the list. */
function applyEvent(host: Host, { timestamp, data }: HostEvent): Host {
  const status = data.status ?? 'online'
  if (status === host.status || timestamp < host.last_seen_at) return host
  const last_seen_at = status === 'online' ? timestamp : host.last_seen_at
  return { ...host, status, last_seen_at, hostname: data.hostname || host.hostname }
}
