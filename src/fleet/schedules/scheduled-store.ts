import { type Db, escapedPatterns, rows } from '../../base/db'

export interface Scheduled {
  id: number
  name: string
  action: string
  at: Date
  received_at: Date
  /** Of the query's results on the host: another one when they begin anew. */
  epoch: number
  /** Runs since the epoch began: 0 is the first one, whose rows are all there is and no change. */
  counter: number
  /** As kept: encoded JSON, in which no number has lost a digit. */
  columns: string
  decorations: string | null
  truncated: boolean
}

export interface ScheduledFilter {
  tenantId: string
  hostId: string
  name?: string | undefined
  action?: string[] | undefined
  /** In names and values of columns. */
  q?: string | undefined
  /** By the agent's clock. */
  since?: string | undefined
  until?: string | undefined
}

/** Where a name or a value begins in a row, which is JSON; agents may send numbers as numbers. */
const COLUMN = '[{,:]"?'

const WHERE = `tenant_id = :tenantId AND host_id = :hostId
  AND (CAST(:name AS text) IS NULL OR name = :name)
  AND (CAST(:action AS text[]) IS NULL OR action = ANY(:action))
  AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
  AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
  AND (CAST(:like AS text) IS NULL OR (columns::text ILIKE :like AND columns::text ~* :exactly))`

const bound = ({ name, action, q, since, until, ...host }: ScheduledFilter) => ({
  ...host,
  name: name ?? null,
  action: action ?? null,
  since: since ?? null,
  until: until ?? null,
  ...(q === undefined ? { like: null, exactly: null } : escapedPatterns(q, COLUMN)),
})

/** Newest first. @param before below this id */
export function listScheduled(
  db: Db,
  filter: ScheduledFilter,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<Scheduled[]> {
  return rows<Scheduled>(
    db,
    `SELECT id, name, action, at, received_at, epoch, counter, columns::text, decorations::text, truncated FROM scheduled_results
     WHERE ${WHERE} AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { ...bound(filter), before: before ?? null, limit },
  )
}

/** The latest row of a host, and above which there is nothing yet. */
export async function latestScheduled(db: Db, { tenantId, hostId }: ScheduledFilter): Promise<number> {
  const [row] = await rows<{ id: number | null }>(
    db,
    'SELECT max(id) AS id FROM scheduled_results WHERE tenant_id = ? AND host_id = ?',
    [tenantId, hostId],
  )
  return row?.id ?? 0
}

/** Names of all columns among these rows, sorted; at most so many. */
export async function scheduledColumns(
  db: Db,
  filter: ScheduledFilter,
  upTo: number,
  limit: number,
): Promise<string[]> {
  const found = await rows<{ name: string }>(
    db,
    `SELECT DISTINCT json_object_keys(columns) AS name FROM scheduled_results
     WHERE ${WHERE} AND id <= :upTo ORDER BY name LIMIT :limit`,
    { ...bound(filter), upTo, limit },
  )
  return found.map(({ name }) => name)
}

/** Names of a host's scheduled queries, and when each last said something. Jumps from name to name in the index. */
export function scheduledNames(
  db: Db,
  { tenantId, hostId }: ScheduledFilter,
  limit: number,
): Promise<{ name: string; last_received_at: Date }[]> {
  return rows(
    db,
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
