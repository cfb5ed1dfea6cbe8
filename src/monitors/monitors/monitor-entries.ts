import type { MonitorStatus, MonitorStatusEvent } from '../../contract/monitors'
import type { TopicEntries } from '../../streams'
import type { MonitorRow } from './monitor-store'

/** Events about what people did to monitors of one tenant. */
export const statusEntries = (
  tenantId: string,
  monitors: readonly Pick<MonitorRow, 'id' | 'name' | 'labels'>[],
  status: MonitorStatusEvent['status'],
  previous: MonitorStatus | null = null,
): TopicEntries => ({
  topic: { tenantId, name: 'events' },
  entries: monitors.map(({ id, name, labels }) => {
    const data: MonitorStatusEvent = {
      monitor_id: id,
      monitor_name: name,
      status,
      previous,
      since: new Date().toISOString(),
    }
    return {
      kind: 'monitor_status',
      source: 'monitors',
      data: { labels: { ...labels, monitor: name, monitor_id: id }, data },
    }
  }),
})
