import { cached } from '../../base/cached'
import type { Db } from '../../base/db'
import { Gauge, type Registry } from '../../base/metrics'
import { ignoreOutage } from '../../base/outage'
import type { Severity } from '../../contract/alerts'
import type { IncidentStatus } from '../../contract/incidents'
import type { StatsUpdatedEvent } from '../../contract/stats'
import type { StatsSource } from '../../jobs'
import { countIncidents, countOpen } from './figures-store'

/** Scrapes within this time share a count. */
const COUNTED_MS = 10_000

/** The gauges of open incidents and alerts, of all tenants together. */
export function createIncidentMetrics(registry: Registry, db: Db): void {
  const counted = cached(() => countOpen(db), COUNTED_MS)
  const registers = [registry]
  new Gauge({
    name: 'tailrace_incidents_open',
    help: 'Incidents that are not resolved.',
    registers,
    async collect() {
      const found = await counted().catch(ignoreOutage) // no value is better than a stale one
      if (found) this.set(found.incidents)
      else this.reset()
    },
  })
  new Gauge({
    name: 'tailrace_alerts',
    help: 'Alerts that fire, by whether they are suppressed (silenced, inhibited, under maintenance).',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      const found = await counted().catch(ignoreOutage)
      if (!found) return
      this.set({ state: 'firing' }, Math.max(0, found.open - found.muted))
      this.set({ state: 'suppressed' }, found.muted)
    },
  })
}

/** The part of `stats_updated` about incidents: open ones by status and by severity. */
export const incidentStats =
  (db: Db): StatsSource =>
  async () => {
    const rows = await countIncidents(db)
    return tenantId => {
      const own = rows.filter(row => row.tenant_id === tenantId)
      const sum = (isCounted: (row: (typeof rows)[number]) => boolean) =>
        own.reduce((total, row) => total + (isCounted(row) ? row.count : 0), 0)
      const ofStatus = (status: IncidentStatus) => sum(row => row.status === status)
      const ofSeverity = (severity: Severity | null) => sum(row => row.severity === severity)
      return {
        incidents: {
          ...{ open: ofStatus('open'), muted: ofStatus('muted'), acknowledged: ofStatus('acknowledged') },
          severities: {
            ...{ critical: ofSeverity('critical'), warning: ofSeverity('warning'), info: ofSeverity('info') },
            none: ofSeverity(null),
          },
        },
      } satisfies Pick<StatsUpdatedEvent, 'incidents'>
    }
  }
