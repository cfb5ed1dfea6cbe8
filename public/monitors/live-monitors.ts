import type { MonitorCheckEvent, MonitorItem, MonitorStatus, MonitorStatusEvent } from '../../src/contract/monitors'
import type { MonitorCounts, MonitorNews } from './monitor-news'

export interface Monitors {
  monitors: readonly MonitorItem[]
  counts: MonitorCounts
}

/**
 * Applies the news of a frame. Rows that nothing has happened to stay the same objects. A row that no longer matches a
 * filter stays until the next refresh, so that it does not vanish while somebody looks at it.
 * `isIncomplete`: a status has changed, so rows must be read again for their order, filters and number.
 */
export function applyToMonitors({ monitors, counts }: Monitors, news: readonly MonitorNews[]) {
  const places = new Map(monitors.map(({ id }, at) => [id, at]))
  const next: Array<MonitorItem | null> = [...monitors]
  const counted = { ...counts }
  let isIncomplete = false
  for (const { type, data } of news) {
    const at = places.get(data.monitor_id)
    const known = at === undefined ? undefined : next[at]
    if (type === 'monitor_check') {
      if (at !== undefined && known) next[at] = afterCheck(known, data)
      continue
    }
    if (at === undefined || !known) {
      isIncomplete ||= data.status !== 'deleted'
      continue
    }
    if (data.status === 'deleted') {
      next[at] = null
      counted[known.status] -= 1
      continue
    }
    const changed = afterStatus(known, data, data.status)
    if (changed === known) continue
    next[at] = changed
    counted[known.status] -= 1
    counted[changed.status] += 1
    isIncomplete = true
  }
  return { monitors: next.filter(each => each !== null), counts: counted, isIncomplete }
}

const LETTERS = { up: 'u', down: 'd', unknown: '?' } as const
/** As many as the server keeps, and at least as many as are shown. */
const RECENT_MAX = 60

/** Returns the same object if the check is not newer, for example because the stream repeats it. */
function afterCheck(monitor: MonitorItem, check: MonitorCheckEvent): MonitorItem {
  const { checked_at, response_time_ms, status_code, error_code, error_message, ssl_expires_at } = check
  if (monitor.last_checked_at !== null && checked_at <= monitor.last_checked_at) return monitor
  return {
    ...monitor,
    last_checked_at: checked_at,
    latency_ms: response_time_ms,
    status_code,
    error: error_code === null ? null : { code: error_code, message: error_message ?? error_code },
    tls_expires_at: ssl_expires_at ?? monitor.tls_expires_at,
    recent: (monitor.recent + LETTERS[check.status]).slice(-RECENT_MAX),
  }
}

function afterStatus(monitor: MonitorItem, { since, monitor_name }: MonitorStatusEvent, status: MonitorStatus) {
  if (since <= monitor.status_since) return monitor
  return { ...monitor, name: monitor_name, status, status_since: since }
}
