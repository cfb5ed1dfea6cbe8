import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { labelSet } from '../../contract/matchers'
import type { MonitorType } from '../../contract/monitor-settings'

const watchedRow = z.object({
  id: z.string(),
  name: z.string(),
  interval_seconds: z.number(),
  enabled: z.boolean(),
  labels: labelSet,
})
export type WatchedMonitor = z.output<typeof watchedRow>

/** The monitors of these types, by name. */
export const readWatched = (db: Db, tenantId: string, types: readonly MonitorType[]): Promise<WatchedMonitor[]> =>
  manyRows(
    db,
    watchedRow,
    `SELECT id, name, interval_seconds, enabled, labels FROM monitors
     WHERE tenant_id = ? AND type = ANY(?) ORDER BY name, id`,
    [tenantId, [...types]],
  )

const checkRow = z.object({
  monitor_id: z.string(),
  id: z.string(),
  /** Milliseconds since 1970, with microseconds as fractions. */
  at: z.number(),
  status: z.number(),
  latency_ms: z.number().nullable(),
  failure: z.string().nullable(),
  certificate: z.string().nullable(),
})
export type StoredCheckRow = z.output<typeof checkRow>

interface ChecksRead {
  tenantId: string
  monitorIds: readonly string[]
  /** Milliseconds since 1970. */
  from: number
  to: number
  /** The last check read, of a single monitor. */
  after?: { at: number; id: string } | undefined
  /** For each monitor. */
  limit: number
  /** Whether to read what failed, which may be long. */
  withFailures: boolean
  withCertificates: boolean
}

/** Stored checks of each monitor, in order of time. */
export const readChecks = (db: Db, { monitorIds, after, ...read }: ChecksRead): Promise<StoredCheckRow[]> =>
  manyRows(
    db,
    checkRow,
    `SELECT c.* FROM unnest(:monitorIds::uuid[]) AS m (id)
     CROSS JOIN LATERAL (
       SELECT monitor_id, id, (extract(epoch FROM checked_at) * 1000)::float8 AS at, status, latency_ms,
         CASE WHEN :withFailures THEN failure END AS failure,
         CASE WHEN :withCertificates THEN encode(certificate, 'hex') END AS certificate
       FROM monitor_checks
       WHERE monitor_id = m.id AND tenant_id = :tenantId
         AND checked_at >= to_timestamp(:from / 1000.0) AND checked_at < to_timestamp(:to / 1000.0)
         AND (:afterId::uuid IS NULL OR (checked_at, id) > (to_timestamp(:after / 1000.0), :afterId::uuid))
       ORDER BY checked_at, id LIMIT :limit) AS c
     ORDER BY c.monitor_id, c.at, c.id`,
    { ...read, monitorIds: [...monitorIds], after: after?.at ?? 0, afterId: after?.id ?? null },
  )

const certificateRow = z.object({ monitor_id: z.string(), hash: z.string(), facts: z.string() })

/** The certificates that checks of these monitors have seen. */
export const readCertificates = (db: Db, tenantId: string, monitorIds: readonly string[]) =>
  manyRows(
    db,
    certificateRow,
    `SELECT c.monitor_id, encode(c.hash, 'hex') AS hash, c.facts
     FROM monitor_certificates c JOIN monitors m ON m.id = c.monitor_id
     WHERE m.tenant_id = ? AND c.monitor_id = ANY(?::uuid[])`,
    [tenantId, [...monitorIds]],
  )
