import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { SPANS, WANTED } from './spans-store'
import type { Monitors } from './uptime-by-day-store'

const outageRow = z.object({
  monitor_id: z.string(),
  started_at: z.date(),
  /** Null: it lasts. */
  ended_at: z.date().nullable(),
})
export type OutageRow = z.output<typeof outageRow>

/** When monitors were down between two times (ms), the latest first. */
export const outagesOf = (
  db: Db,
  { tenantId, ids }: Monitors,
  { since, until, limit }: { since: number; until: number; limit: number },
): Promise<OutageRow[]> =>
  manyRows(
    db,
    outageRow,
    `WITH ${WANTED}, ${SPANS},
     marked AS (
       SELECT *, state IS DISTINCT FROM lag(state) OVER (PARTITION BY monitor_id ORDER BY starts, id) AS is_new
       FROM spans),
     numbered AS (
       SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY monitor_id ORDER BY starts, id) AS number FROM marked)
     SELECT monitor_id, min(starts) AS started_at, CASE WHEN bool_and(ends IS NOT NULL) THEN max(ends) END AS ended_at
     FROM numbered WHERE state = 'down' GROUP BY monitor_id, number
     ORDER BY started_at DESC, monitor_id LIMIT :limit`,
    { tenantId, ids, since: new Date(since), until: new Date(until), limit },
  )
