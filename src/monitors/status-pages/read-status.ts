import type { Maintenance } from '../../alerts'
import type { Db } from '../../base/db'
import { DAY_MS } from '../../base/partitions'
import type { PublicStatus } from '../../contract/status-pages'
import { outagesOf } from '../history/outages-store'
import { percentUp } from '../history/uptime'
import { type KnownTime, knownTimeByDay, type Monitors, recentKnownTime, sumOf } from '../history/uptime-by-day-store'
import { DAYS, publicStatusOf } from './public-status'
import { findPublished, type MonitorRow, monitorsOf } from './public-store'

/** A page as it was at `at` (ms). */
export interface Snapshot {
  at: number
  status: PublicStatus
  /** Uptime for badges, by monitor and window. */
  uptime: ReadonlyMap<string, Readonly<Record<UptimeWindow, number | null>>>
}

export const UPTIME_WINDOWS = ['24h', '7d', '30d', '90d'] as const
export type UptimeWindow = (typeof UPTIME_WINDOWS)[number]

/** How far back outages and how far ahead maintenance are shown. */
const LOOK_MS = 14 * DAY_MS
const OUTAGES_MAX = 100

export interface ReadDeps {
  db: Db
  maintenance: Maintenance
}

/** Reads what a page shows now. @returns undefined if there is no such page or it is not published */
export async function readStatus({ db, maintenance }: ReadDeps, slug: string): Promise<Snapshot | undefined> {
  const now = Date.now()
  const page = await findPublished(db, slug)
  if (!page) return undefined
  const tenantId = page.tenant_id
  const monitors = await monitorsOf(db, page)
  const of = { tenantId, ids: monitors.map(({ id }) => id) }
  const { days, last24h } = await knownTimes(db, of, now)
  const labels = monitors.map(labelsOf)
  const isUnderMaintenance = await maintenance.now(tenantId)
  const status = publicStatusOf({
    ...{ page, monitors, days, now },
    isInMaintenance: monitor => isUnderMaintenance(labelsOf(monitor)),
    outages: await outagesOf(db, of, { since: now - LOOK_MS, until: now, limit: OUTAGES_MAX }),
    maintenance: await maintenance.planned(tenantId, labels, now + LOOK_MS),
  })
  const uptime = new Map(of.ids.map(id => [id, uptimeOf(days.get(id) ?? [], last24h.get(id))]))
  return { at: now, status, uptime }
}

/** The labels that an alert of a monitor would have, as far as they do not depend on the rule. */
const labelsOf = ({ id, name, labels }: MonitorRow) => ({ ...labels, monitor: name, monitor_id: id })

async function knownTimes(db: Db, monitors: Monitors, now: number) {
  const today = now - (now % DAY_MS)
  const past = await knownTimeByDay(db, monitors, { from: today - (DAYS - 1) * DAY_MS, until: today })
  const recent = await recentKnownTime(db, monitors, now)
  const none = { up: 0, down: 0 }
  const days = new Map([...past].map(([id, times]) => [id, [...times, recent.get(id)?.today ?? none]]))
  return { days, last24h: new Map([...recent].map(([id, { last24h }]) => [id, last24h])) }
}

const uptimeOf = (days: readonly KnownTime[], last24h: KnownTime | undefined) => ({
  '24h': last24h ? percentUp(last24h) : null,
  '7d': percentUp(sumOf(days.slice(-7))),
  '30d': percentUp(sumOf(days.slice(-30))),
  '90d': percentUp(sumOf(days)),
})
