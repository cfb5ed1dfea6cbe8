import { type Db, escapedPatterns } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, oneRow } from '../../base/rows'
import { scheduledAction } from '../../contract/scheduled-results'

const scheduledRow = z.object({
  id: z.number(),
  name: z.string(),
  action: scheduledAction,
  at: z.date(),
  received_at: z.date(),
  /** Changes when the results of the query on the host start over. */
  epoch: z.number(),
  /** Number of runs since the epoch started; 0 is the first run, whose rows are the full result rather than changes. */
  counter: z.number(),
  /** Encoded JSON as stored, in which numbers have all their digits. */
  columns: z.string(),
  decorations: z.string().nullable(),
  truncated: z.boolean(),
})
export type ScheduledRow = z.output<typeof scheduledRow>

export interface ScheduledFilter {
  tenantId: string
  hostId: string
  name?: string | undefined
  action?: string[] | undefined
  /** Searches names and values of columns. */
  q?: string | undefined
  /** By the agent's clock. */
  since?: string | undefined
  until?: string | undefined
}

/** What precedes a name or a value in the JSON of a row; numbers may be unquoted. */
const COLUMN = '[{,:]"?'

const WHERE = `tenant_id = :tenantId AND host_id = :hostId
  AND (CAST(:name AS text) IS NULL OR name = :name)
  AND (CAST(:action AS text[]) IS NULL OR action = ANY(:action))
  AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
  AND (CAST(:like AS text) IS NULL OR (columns::text ILIKE :like AND columns::text ~* :exactly))`

const bindingsOf = ({ name, action, q, since, until, ...host }: ScheduledFilter) => ({
  ...host,
  name: name ?? null,
  action: action ?? null,
  since: since ?? null,
  until: until ?? null,
  ...(q === undefined ? { like: null, exactly: null } : escapedPatterns(q, COLUMN)),
})

/** Newest first. @param before only rows with lower ids */
export function listScheduled(
  db: Db,
  filter: ScheduledFilter,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<ScheduledRow[]> {
  return manyRows(
    db,
    scheduledRow,
    `SELECT id, name, action, at, received_at, epoch, counter, columns::text, decorations::text, truncated FROM scheduled_results
     WHERE ${WHERE} AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { ...bindingsOf(filter), before: before ?? null, limit },
  )
}

/** The id of the latest row of a host; 0 if it has none. */
export async function latestScheduled(db: Db, { tenantId, hostId }: ScheduledFilter): Promise<number> {
  const latest = await oneRow(
    db,
    z.object({ id: z.number().nullable() }),
    'SELECT max(id) AS id FROM scheduled_results WHERE tenant_id = ? AND host_id = ?',
    [tenantId, hostId],
  )
  return latest.id ?? 0
}

/** Names of all columns of these rows, sorted; at most `limit`. */
export async function scheduledColumns(
  db: Db,
  filter: ScheduledFilter,
  upTo: number,
  limit: number,
): Promise<string[]> {
  const columns = await manyRows(
    db,
    z.object({ name: z.string() }),
    `SELECT DISTINCT json_object_keys(columns) AS name FROM scheduled_results
     WHERE ${WHERE} AND id <= :upTo ORDER BY name LIMIT :limit`,
    { ...bindingsOf(filter), upTo, limit },
  )
  return columns.map(({ name }) => name)
}

const scheduledName = z.object({ name: z.string(), last_received_at: z.date() })

/**
 * Names of a host's scheduled queries, and when the latest result of each arrived. Skips from name to name in the
 * index.
 */
export function scheduledNames(
  db: Db,
  { tenantId, hostId }: ScheduledFilter,
  limit: number,
): Promise<z.output<typeof scheduledName>[]> {
  return manyRows(
    db,
    scheduledName,
    `WITH RECURSIVE names AS (
       (SELECT name FROM scheduled_results WHERE tenant_id = :tenantId AND host_id = :hostId ORDER BY name LIMIT 1)
       UNION ALL
       SELECT next.name FROM names, LATERAL (
         SELECT name FROM scheduled_results
         WHERE tenant_id = :tenantId AND host_id = :hostId AND name > names.name ORDER BY name LIMIT 1
       ) AS next
     )
     SELECT names.name, latest.received_at AS last_received_at FROM names, LATERAL (
       SELECT received_at FROM scheduled_results
       WHERE tenant_id = :tenantId AND host_id = :hostId AND name = names.name ORDER BY id DESC LIMIT 1
     ) AS latest ORDER BY names.name LIMIT :limit`,
    { tenantId, hostId, limit },
  )
}
