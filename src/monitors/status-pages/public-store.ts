import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { labelSet } from '../../contract/matchers'
import { monitorStatus } from '../../contract/monitors'
import { statusPage } from '../../contract/status-pages'

const publishedRow = statusPage
  .pick({ slug: true, title: true, description: true, monitor_ids: true, groups: true })
  .extend({ tenant_id: z.string() })
export type PublishedRow = z.output<typeof publishedRow>

/** The only statement here that names no tenant: the address is public, and unique over all of them. */
export const findPublished = (db: Db, slug: string) =>
  firstRow(
    db,
    publishedRow,
    `SELECT tenant_id, slug, title, description, monitor_ids, groups FROM status_pages WHERE slug = ? AND published`,
    [slug],
  )

const monitorRow = z.object({
  id: z.string(),
  name: z.string(),
  labels: labelSet,
  enabled: z.boolean(),
  status: monitorStatus,
})
export type MonitorRow = z.output<typeof monitorRow>

/** Monitors of a page, in its order; those that have been deleted are missing. */
export const monitorsOf = (db: Db, { tenant_id, monitor_ids }: PublishedRow) =>
  manyRows(
    db,
    monitorRow,
    `SELECT m.id, m.name, m.labels, m.enabled, coalesce(s.status, 'pending') AS status
     FROM unnest(CAST(? AS uuid[])) WITH ORDINALITY AS listed(id, place)
     JOIN monitors m ON m.id = listed.id AND m.tenant_id = ?
     LEFT JOIN monitor_states s ON s.monitor_id = m.id ORDER BY place`,
    [monitor_ids, tenant_id],
  )
