import type { Topic, TopicEntries } from '../../streams'
import type { HostNote } from './host'

const SOURCE = 'fleet'

export const hostTopic = ({ tenantId, id }: { tenantId: string; id: string }): Topic => ({
  tenantId,
  name: `host:${id}`,
})

/** What a reader of a host's topic is told at once and on each change. */
export function statusEntries(host: HostNote): TopicEntries {
  const { id, status, hostname, lastSeenAt } = host
  const data = { host: { id, status, hostname, last_seen_at: lastSeenAt.toISOString() } }
  return { topic: hostTopic(host), entries: [{ kind: 'status', source: SOURCE, data, state: data }] }
}

/** An event of the tenant about a host. */
export function hostEvent(kind: string, host: HostNote, more: Record<string, unknown> = {}): TopicEntries {
  const { tenantId, id, hostIdentifier, hostname, platform, status } = host
  const data = {
    labels: { host_id: id, platform },
    data: { host_id: id, host_identifier: hostIdentifier, hostname, platform, status, ...more },
  }
  return { topic: { tenantId, name: 'events' }, entries: [{ kind, source: SOURCE, data }] }
}

/** An event in the host's own topic, for its page: something else about it is to be read anew. */
export const changeEntries = (host: { tenantId: string; id: string }, kind: string, data: object): TopicEntries => ({
  topic: hostTopic(host),
  entries: [{ kind, source: SOURCE, data: { host_id: host.id, ...data } }],
})

/** A host that has come or gone. */
export const presenceEntries = (host: HostNote): TopicEntries[] => [statusEntries(host), hostEvent('host_status', host)]
