import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, oneRow, storedJson } from '../../base/rows'
import { type Labels, labelSet } from '../../contract/matchers'

/** Alerts of a route are expected to come again and again. */
export interface Expectation {
  routeKey: string
  /** Changes whenever one of its alerts comes. */
  mark: string
  /** In ms. */
  seenAt: number
  /** Labels of the alert that tells that they have stopped coming. */
  raised: Labels | null
}

/** Tenants whose routes expect alerts, or did. */
export async function expectingTenants(db: Db, limit: number): Promise<string[]> {
  const rows = await manyRows(
    db,
    z.object({ tenant_id: z.string() }),
    `SELECT tenant_id FROM alert_routing WHERE config::text LIKE '%"expect_every_seconds"%'
     UNION SELECT tenant_id FROM alert_expectations LIMIT ?`,
    [limit],
  )
  return rows.map(row => row.tenant_id)
}

const expectationRow = z.object({
  route_key: z.string(),
  mark: z.string(),
  seen_at: z.date(),
  raised: z.string().nullable(),
})

export async function expectationsOf(db: Db, tenantId: string): Promise<Map<string, Expectation>> {
  const sql = 'SELECT route_key, mark, seen_at, raised FROM alert_expectations WHERE tenant_id = ?'
  const rows = await manyRows(db, expectationRow, sql, [tenantId])
  return new Map(
    rows.map(row => [
      row.route_key,
      {
        ...{ routeKey: row.route_key, mark: row.mark, seenAt: row.seen_at.getTime() },
        raised: row.raised === null ? null : storedJson(labelSet, row.raised),
      },
    ]),
  )
}

export async function storeExpectation(
  db: Db,
  tenantId: string,
  { routeKey, mark, seenAt, raised }: Expectation,
): Promise<void> {
  await db.raw(
    `INSERT INTO alert_expectations (tenant_id, route_key, mark, seen_at, raised)
     VALUES (:tenantId, :routeKey, :mark, :seenAt, :raised)
     ON CONFLICT (tenant_id, route_key) DO UPDATE SET mark = excluded.mark, seen_at = excluded.seen_at, raised = excluded.raised`,
    { tenantId, routeKey, mark, seenAt: new Date(seenAt), raised: raised && JSON.stringify(raised) },
  )
}

export async function deleteExpectation(db: Db, tenantId: string, routeKey: string): Promise<void> {
  await db.raw('DELETE FROM alert_expectations WHERE tenant_id = ? AND route_key = ?', [tenantId, routeKey])
}

/** What changes whenever one of these alerts is repeated, or another comes: repeats move ends. */
export async function markOf(db: Db, tenantId: string, alertIds: readonly string[]): Promise<string> {
  if (!alertIds.length) return ''
  const { mark } = await oneRow(
    db,
    z.object({ mark: z.string() }),
    `SELECT coalesce(max(id::text), '') || ' ' || coalesce(max(ends_at)::text, '') AS mark FROM alerts
     WHERE tenant_id = ? AND id = ANY(?::uuid[]) AND resolved_at IS NULL`,
    [tenantId, [...alertIds]],
  )
  return mark
}
