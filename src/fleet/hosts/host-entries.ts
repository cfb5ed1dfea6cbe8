import type {
  HostDeletedEvent,
  HostEnrolledEvent,
  HostLabelsEvent,
  HostRefreshedEvent,
  HostState,
  HostStatus,
  HostStatusEvent,
} from '../../contract/hosts'
import type { Topic, TopicEntries } from '../../streams'

/** What events about a host contain. */
export interface HostSummary {
  tenantId: string
  id: string
  hostIdentifier: string
  hostname: string
  platform: string
  status: HostStatus
  lastSeenAt: Date
}

const SOURCE = 'fleet'

export const hostTopic = ({ tenantId, id }: { tenantId: string; id: string }): Topic => ({
  tenantId,
  name: `host:${id}`,
})

/** The state of a host, for its own topic. */
export function stateEntries(host: HostSummary): TopicEntries {
  const { id, status, hostname, lastSeenAt } = host
  const data: HostState = { host: { id, status, hostname, last_seen_at: lastSeenAt.toISOString() } }
  return { topic: hostTopic(host), entries: [{ kind: 'status', source: SOURCE, data, state: data }] }
}

type HostNames = Omit<HostSummary, 'status' | 'lastSeenAt'>

const tenantEvent = (kind: string, { tenantId, id, platform }: HostNames, data: object): TopicEntries => ({
  topic: { tenantId, name: 'events' },
  entries: [{ kind, source: SOURCE, data: { labels: { host_id: id, platform }, data } }],
})

const namesOf = ({ id, hostIdentifier, hostname, platform }: HostNames): HostDeletedEvent => ({
  host_id: id,
  host_identifier: hostIdentifier,
  hostname,
  platform,
})

const statusOf = (host: HostSummary): HostStatusEvent => ({ ...namesOf(host), status: host.status })

export const statusEntries = (host: HostSummary): TopicEntries => tenantEvent('host_status', host, statusOf(host))

/** @param reinstalled whether the machine of a known host was reinstalled */
export function enrolledEntries(host: HostSummary, reinstalled: boolean): TopicEntries {
  const data: HostEnrolledEvent = { ...statusOf(host), reinstalled }
  return tenantEvent('host_enrolled', host, data)
}

/** Ends the topic of the host. */
export const deletedEntries = (host: HostNames): TopicEntries[] => [
  { topic: hostTopic(host), entries: [], end: 'deleted' },
  tenantEvent('host_deleted', host, namesOf(host)),
]

type HostTopic = Parameters<typeof hostTopic>[0]

const hostEvent = (host: HostTopic, kind: string, data: object): TopicEntries => ({
  topic: hostTopic(host),
  entries: [{ kind, source: SOURCE, data }],
})

export function refreshedEntries(host: HostTopic, refreshedAt: Date): TopicEntries {
  const data: HostRefreshedEvent = { host_id: host.id, refreshed_at: refreshedAt.toISOString() }
  return hostEvent(host, 'host_refreshed', data)
}

export function labelsEntries(host: HostTopic, changes: HostLabelsEvent['changes']): TopicEntries {
  const data: HostLabelsEvent = { host_id: host.id, changes }
  return hostEvent(host, 'host_labels', data)
}
