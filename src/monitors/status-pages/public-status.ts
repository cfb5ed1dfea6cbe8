import type { MaintenanceTime } from '../../alerts'
import { DAY_MS } from '../../base/partitions'
import type { PublicStatus } from '../../contract/status-pages'
import type { OutageRow } from '../history/outages-store'
import { percentUp } from '../history/uptime'
import { type KnownTime, sumOf } from '../history/uptime-by-day-store'
import type { MonitorRow, PublishedRow } from './public-store'

export type PublicMonitor = PublicStatus['groups'][number]['monitors'][number]
export type MonitorStatus = PublicMonitor['status']

/** Days that a page shows, with this one. */
export const DAYS = 90

/** All that a page shows, as it was read. */
export interface Facts {
  page: PublishedRow
  monitors: readonly MonitorRow[]
  /** The last 90 days, the oldest first, by monitor. */
  days: ReadonlyMap<string, readonly KnownTime[]>
  isInMaintenance: (monitor: MonitorRow) => boolean
  /** The latest first. */
  outages: readonly OutageRow[]
  /** Its places are those of `monitors`. */
  maintenance: readonly MaintenanceTime[]
  /** In ms since 1970. */
  now: number
}

/** What anybody may see: nothing else of a monitor leaves the server. */
export function publicStatusOf(facts: Facts): PublicStatus {
  const { page, monitors, outages, maintenance, now } = facts
  const names = new Map(monitors.map(({ id, name }) => [id, name]))
  const shown = new Map(monitors.map(monitor => [monitor.id, publicMonitor(monitor, facts)]))
  return {
    slug: page.slug,
    title: page.title,
    description: page.description,
    status: overallStatus([...shown.values()].map(({ status }) => status)),
    updated_at: new Date(now).toISOString(),
    groups: groupsOf(page, shown),
    incidents: outages.map(({ monitor_id, started_at, ended_at }) => ({
      monitor_id,
      monitor: names.get(monitor_id) ?? '',
      started_at: started_at.toISOString(),
      ended_at: ended_at?.toISOString() ?? null,
    })),
    maintenance: maintenance.map(({ name, startsAt, endsAt, places }) => ({
      name,
      starts_at: new Date(startsAt).toISOString(),
      ends_at: new Date(endsAt).toISOString(),
      monitors: places.map(place => monitors[place]?.name ?? ''),
    })),
  }
}

function publicMonitor(monitor: MonitorRow, { days, isInMaintenance, now }: Facts): PublicMonitor {
  const times = days.get(monitor.id) ?? []
  return {
    id: monitor.id,
    name: monitor.name,
    status: statusOf(monitor, isInMaintenance),
    uptime_percent: percentUp(sumOf(times)),
    days: times.map((time, i) => ({
      date: new Date(now - (times.length - 1 - i) * DAY_MS).toISOString().slice(0, 10),
      uptime_percent: percentUp(time),
    })),
  }
}

function statusOf(monitor: MonitorRow, isInMaintenance: Facts['isInMaintenance']): MonitorStatus {
  if (!monitor.enabled) return 'paused'
  return isInMaintenance(monitor) ? 'maintenance' : monitor.status
}

/** Of all monitors that are checked and whose state is known. */
export function overallStatus(statuses: readonly MonitorStatus[]): PublicStatus['status'] {
  const known = statuses.filter(status => status === 'up' || status === 'down' || status === 'maintenance')
  if (known.length === 0) return 'unknown'
  if (!known.includes('down')) return known.includes('maintenance') ? 'maintenance' : 'up'
  return known.includes('up') ? 'degraded' : 'down'
}

/** The groups with their monitors, then the others. A group whose monitors have all been deleted is left out. */
function groupsOf({ monitor_ids, groups }: PublishedRow, shown: ReadonlyMap<string, PublicMonitor>) {
  const grouped = new Set(groups.flatMap(group => group.monitor_ids))
  const others = monitor_ids.filter(id => !grouped.has(id))
  return [...groups, { title: null, monitor_ids: others }]
    .map(group => ({ title: group.title, monitors: group.monitor_ids.flatMap(id => shown.get(id) ?? []) }))
    .filter(({ monitors }) => monitors.length > 0)
}
