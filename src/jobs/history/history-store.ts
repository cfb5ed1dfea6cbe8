import { type Db, escapedPatterns, likePattern, type Transaction } from '../../base/db'
import { timeOfId } from '../../base/ids'
import { z } from '../../base/parse'
import { builtRows, countRow, idRow, idsOf, manyRows } from '../../base/rows'
import { type JobFilter, type JobStatus, type OutcomeLevel, outcomeLevel } from '../../contract/jobs'
import { type AttemptRow, attemptColumns, hasEnded, type JobRow, jobColumns } from '../lifecycle/job'
import { columnsOf, type JobRef } from '../lifecycle/job-store'
import { readAttempt, readRow } from '../lifecycle/rows'

/** Where the strings of an error begin in its JSON, so that a search does not match its keys. */
const IN_ERROR = '"(?:code|message)":"'

/** All descendants of a job. */
const BELOW = `WITH RECURSIVE below AS (
    SELECT id, status, outcome_level FROM jobs WHERE tenant_id = :tenantId AND parent_id = :id
    UNION ALL
    SELECT j.id, j.status, j.outcome_level FROM jobs j JOIN below ON j.tenant_id = :tenantId AND j.parent_id = below.id
  )`

/** Applies a filter to a query on `jobs`. */
export function narrow(query: ReturnType<Db>, tenantId: string, filter: JobFilter) {
  const {
    status,
    outcome,
    kind,
    queue,
    q,
    parent_id,
    root_id,
    ancestor_id,
    actor,
    fingerprint,
    since,
    until,
    roots,
    ids,
  } = filter
  query.where('tenant_id', tenantId)
  if (status) query.whereIn('status', status)
  // both let PostgreSQL use an index of few jobs among millions
  if (status?.every(each => !hasEnded(each))) query.whereNull('ended_at')
  if (status?.every(each => each === 'failed')) query.whereNotNull('error')
  // A parent that waits for its children has the outcome of its own run already.
  if (outcome) query.whereIn('outcome_level', outcome).whereNotNull('ended_at')
  if (outcome && !outcome.includes('ok')) query.whereRaw("outcome_level <> 'ok'") // allows the index of those
  if (kind) query.whereIn('kind', kind)
  if (queue) query.whereIn('queue', queue)
  if (parent_id) query.where('parent_id', parent_id)
  if (root_id) query.where('root_id', root_id)
  if (ancestor_id) query.whereRaw(`id IN (${BELOW} SELECT id FROM below)`, { tenantId, id: ancestor_id })
  if (fingerprint) query.where('fingerprint', fingerprint)
  if (roots) query.whereNull('parent_id')
  if (ids) query.whereIn('id', ids)
  if (since) query.where('created_at', '>=', since)
  if (until) query.where('created_at', '<', until)
  if (actor) {
    const by = "created_by::json ->> 'id' = :actor OR created_by::json ->> 'name' ILIKE :like"
    query.whereRaw(`(${by})`, { actor, like: likePattern(actor) })
  }
  if (!q) return query
  const places = `kind ILIKE :q OR id::text ILIKE :q OR reason ILIKE :q OR input ILIKE :q OR input ILIKE :like
    OR (error ILIKE :like AND error ~* :exactly)`
  return query.whereRaw(`(${places})`, { q: likePattern(q), ...escapedPatterns(q, IN_ERROR) })
}

const COUNT_CHILDREN =
  'SELECT count(*)::integer FROM jobs child WHERE child.tenant_id = jobs.tenant_id AND child.parent_id = jobs.id'

interface Page {
  isOldestFirst: boolean
  /** Only jobs after this one in this order. */
  after?: string | undefined
  limit: number
}

const listedColumns = jobColumns.extend({ child_count: z.number().optional() })
export type ListedRow = JobRow & { child_count?: number | undefined }

/** Jobs of a tenant by creation: UUIDv7s sort by time. The children of a job have their `child_count`. */
export async function listJobs(db: Db, tenantId: string, filter: JobFilter, page: Page): Promise<ListedRow[]> {
  const { isOldestFirst, after, limit } = page
  const order = isOldestFirst ? 'asc' : 'desc'
  const query = db('jobs').select(Object.keys(jobColumns.shape)).orderBy('id', order).limit(limit)
  if (filter.parent_id) query.select(db.raw(`(${COUNT_CHILDREN}) AS child_count`))
  narrow(query, tenantId, filter)
  if (after) query.where('id', isOldestFirst ? '>' : '<', after)
  const found = await builtRows(listedColumns, query)
  return found.map(row => ({ ...readRow(row), child_count: row.child_count }))
}

export async function countJobs(db: Db, tenantId: string, filter: JobFilter, upTo?: string): Promise<number> {
  const query = narrow(db('jobs').count({ count: '*' }), tenantId, filter)
  if (upTo) freeze(query, upTo)
  const [found] = await builtRows(countRow, query)
  return found?.count ?? 0
}

const statusCountRow = countRow.extend({ status: jobColumns.shape.status })
const byStatus = (counted: readonly z.output<typeof statusCountRow>[]) =>
  Object.fromEntries(counted.map(({ status, count }) => [status, count]))

export async function countByStatus(
  db: Db,
  tenantId: string,
  filter: JobFilter,
): Promise<Partial<Record<JobStatus, number>>> {
  const query = narrow(db('jobs').select('status').count({ count: '*' }).groupBy('status'), tenantId, filter)
  return byStatus(await builtRows(statusCountRow, query))
}

/**
 * Selects only jobs that existed when this id was created and have not ended since, so that a job that is retried and
 * fails again during a bulk action is not selected a second time.
 */
function freeze(query: ReturnType<Db>, upTo: string) {
  query.where('id', '<', upTo).whereRaw('(ended_at IS NULL OR ended_at <= ?)', [timeOfId(upTo)])
}

/** Ids for a bulk action, oldest first. */
export async function listIds(
  db: Db,
  tenantId: string,
  filter: JobFilter,
  { after, upTo, limit }: { after: string | undefined; upTo: string; limit: number },
): Promise<string[]> {
  const query = db('jobs').select('id').orderBy('id').limit(limit)
  narrow(query, tenantId, filter)
  freeze(query, upTo)
  if (after) query.where('id', '>', after)
  return idsOf(await builtRows(idRow, query))
}

/** The attempts before the last one, in order. */
export async function listAttempts(db: Db, { tenantId, id }: JobRef): Promise<AttemptRow[]> {
  const found = await builtRows(
    attemptColumns,
    db('job_attempts').where({ tenant_id: tenantId, job_id: id }).orderBy('attempt').limit(1_000),
  )
  return found.map(readAttempt)
}

const treeRow = jobColumns.pick({
  id: true,
  parent_id: true,
  kind: true,
  queue: true,
  status: true,
  outcome_level: true,
  outcome_text: true,
  attempt: true,
  created_at: true,
  started_at: true,
  ended_at: true,
})
export type TreeRow = z.output<typeof treeRow>
const TREE = columnsOf(treeRow)

/** A job and its descendants, parents before children, at most `limit`. */
export async function readTree(db: Db, { tenantId, id }: JobRef, limit: number): Promise<TreeRow[]> {
  return manyRows(
    db,
    treeRow,
    `WITH RECURSIVE tree AS (
       SELECT ${TREE}, j.tenant_id, 0 AS depth
       FROM jobs j WHERE j.tenant_id = :tenantId AND j.id = :id
       UNION ALL
       SELECT ${TREE}, j.tenant_id, tree.depth + 1
       FROM jobs j JOIN tree ON j.tenant_id = tree.tenant_id AND j.parent_id = tree.id
     )
     SELECT ${TREE.replaceAll('j.', 'tree.')} FROM tree ORDER BY depth, id LIMIT :limit`,
    { tenantId, id, limit },
  )
}

const outcomeCountRow = statusCountRow.extend({ outcome: outcomeLevel.nullable() })

/** Descendants of a job, counted by status, and those that completed by outcome. */
export async function countTree(db: Db, { tenantId, id }: JobRef) {
  const counted = await manyRows(
    db,
    outcomeCountRow,
    `${BELOW}
     SELECT status, CASE status WHEN 'completed' THEN coalesce(outcome_level, 'ok') END AS outcome, count(*)::integer AS count
     FROM below GROUP BY 1, 2`,
    { tenantId, id },
  )
  const counts: Partial<Record<JobStatus, number>> = {}
  const outcomes: Partial<Record<OutcomeLevel, number>> = {}
  for (const { status, outcome, count } of counted) {
    counts[status] = (counts[status] ?? 0) + count
    if (outcome) outcomes[outcome] = count
  }
  return { counts, outcomes }
}

/** Deletes ended jobs. @returns how many */
export async function deleteEnded(db: Db | Transaction, tenantId: string, ids: readonly string[]): Promise<number> {
  const gone = await manyRows(
    db,
    idRow,
    `WITH gone AS (DELETE FROM jobs WHERE tenant_id = :tenantId AND id = ANY(:ids) AND ended_at IS NOT NULL RETURNING id),
       attempts AS (DELETE FROM job_attempts WHERE tenant_id = :tenantId AND job_id IN (SELECT id FROM gone))
     SELECT id FROM gone`,
    { tenantId, ids: ids as string[] },
  )
  return gone.length
}

/** The ids of those jobs that do not exist. */
export async function missingJobs(db: Db, refs: readonly JobRef[]): Promise<Set<string>> {
  const found = await manyRows(
    db,
    idRow,
    `SELECT r.id FROM unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id)
     WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = r.tenant_id AND j.id = r.id)`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)],
  )
  return new Set(idsOf(found))
}
