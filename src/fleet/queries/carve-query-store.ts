import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import type { Agent } from '../agent'

/**
 * Selects queries that carve files, by the column `carve` of the table `carves` or the function of that name. The
 * expression must match that of an index.
 */
const ASKS_FOR_FILES = String.raw`q.sql ~* '\ycarve\y'`
/** How much later a host that was offline or busy may start a carve. */
const RECENTLY = "interval '1 day'"
/** Versions, since osquery 4.7, in which a query has a row for each carve that it has started. */
const LISTS_ITS_CARVES = String.raw`^(4\.([7-9]|\d\d)|[5-9]\.|\d\d)`
/** Max carving queries of a host that are checked, newest first. */
const QUERIES_MAX = 100

const queryId = z.object({ id: z.string() })

/** The query whose rows from this host name the carve: the first one, because later ones may list it again. */
export async function findCarveQuery(
  trx: Transaction,
  { tenantId, hostId }: Agent,
  carveGuid: string,
): Promise<string | undefined> {
  const found = await firstRow(
    trx,
    queryId,
    `SELECT c.id FROM (
       SELECT q.id, t.answer_id FROM queries q JOIN query_targets t ON t.query_id = q.id AND t.host_id = :hostId
       WHERE q.tenant_id = :tenantId AND ${ASKS_FOR_FILES} AND t.answer_id IS NOT NULL
       ORDER BY q.id DESC LIMIT ${QUERIES_MAX}
     ) c
     WHERE EXISTS (SELECT FROM query_rows r WHERE r.answer_id = c.answer_id AND r.data ->> 'carve_guid' = :carveGuid)
     ORDER BY c.id LIMIT 1`,
    { tenantId, hostId, carveGuid },
  )
  return found?.id
}

/**
 * Carving queries that were recently sent to this host, oldest first. Leaves out those whose answer shows that no carve
 * follows (an error, or no row), and those whose answer names its carves, which `findCarveQuery` finds.
 */
export async function findRecentCarveQueries(trx: Transaction, { tenantId, hostId }: Agent): Promise<string[]> {
  const found = await manyRows(
    trx,
    queryId,
    `SELECT q.id FROM queries q JOIN query_targets t ON t.query_id = q.id AND t.host_id = :hostId
       JOIN hosts h ON h.id = t.host_id
     WHERE q.tenant_id = :tenantId AND ${ASKS_FOR_FILES} AND t.sent_at > now() - ${RECENTLY} AND t.error IS NULL
       AND (t.state <> 'no_rows' OR h.osquery_version !~ '${LISTS_ITS_CARVES}')
       AND NOT EXISTS (
         SELECT FROM query_rows r WHERE r.answer_id = t.answer_id AND jsonb_exists(r.data, 'carve_guid'))
     ORDER BY q.id DESC LIMIT ${QUERIES_MAX}`,
    { tenantId, hostId },
  )
  return found.map(({ id }) => id).reverse()
}
