import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { storedJson } from '../../base/rows'
import { check } from '../../contract/checks'
import type { Monitor, MonitorItem } from '../../contract/monitors'
import type { ListedMonitor } from '../monitors/monitor-list-store'
import { findShown, type ShownRow } from '../monitors/shown-monitor-store'
import type { NextChecks } from '../schedule/next-check'

/** A monitor with its last check. @throws Problem 404 */
export async function readMonitor(db: Db, nextCheck: NextChecks, tenantId: string, id: string): Promise<Monitor> {
  const row = await findShown(db, tenantId, id)
  if (!row) throw notFound('monitor')
  return shownMonitor(row, nextCheck)
}

function shownMonitor(row: ShownRow, nextCheck: NextChecks): Monitor {
  const { id, name, type, target, labels, enabled } = row
  return {
    ...{ id, name, type, target, labels, enabled },
    interval_seconds: row.interval_seconds,
    timeout_ms: row.timeout_ms,
    retries: row.retries,
    retry_interval_seconds: row.retry_interval_seconds,
    confirm_up: row.confirm_up,
    settings: row.settings,
    has_secrets: row.secret_names,
    status: enabled ? row.status : 'paused',
    status_since: row.status_since.toISOString(),
    failures: row.failures,
    last_check: row.last_check === null ? null : storedJson(check, row.last_check),
    next_check_at: enabled ? (nextCheck(row)?.toISOString() ?? null) : null,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export const listedItem = (row: ListedMonitor): MonitorItem => ({
  id: row.id,
  name: row.name,
  type: row.type,
  target: row.target,
  interval_seconds: row.interval_seconds,
  labels: row.labels,
  status: row.status,
  status_since: row.status_since.toISOString(),
  last_checked_at: row.checked_at?.toISOString() ?? null,
  latency_ms: row.latency_ms,
  status_code: row.status_code,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  tls_expires_at: row.tls_expires_at?.toISOString() ?? null,
  recent: row.recent,
})
