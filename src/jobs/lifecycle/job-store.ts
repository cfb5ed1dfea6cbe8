import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, idsOf, manyRows } from '../../base/rows'
import type { Cancel } from '../../contract/jobs'
import { type AttemptRow, type JobRow, type JobState, jobColumns, stateColumns } from './job'
import { changeColumns, readCancel, readRow, readState, storedAttempt, storedChange, storedRow } from './rows'

export interface JobRef {
  tenantId: string
  id: string
}

/** The columns of a shape, of the table `j`. */
export const columnsOf = ({ shape }: z.ZodObject) =>
  Object.keys(shape)
    .map(name => `j.${name}`)
    .join(', ')
/** Takes all rows, but the planner expects few: for a hundred it would scan all of a table of ten thousand jobs. */
const FEW = 'LIMIT (SELECT ?::integer)'
const STATE = columnsOf(stateColumns)
const ROW = columnsOf(jobColumns)

/** Inserts jobs, except those whose dedupe key an open job holds. @returns the ids inserted */
export async function insertJobs(
  trx: Transaction,
  jobs: readonly { row: JobRow; dedupeKey: string | null }[],
): Promise<Set<string>> {
  const inserted = await manyRows(
    trx,
    idRow,
    `INSERT INTO jobs (tenant_id, id, kind, queue, status, max_attempts, priority, run_at, input, parent_id, root_id,
       on_failure, dedupe_key, created_by, reason, created_at)
     SELECT tenant_id, id, kind, queue, status, max_attempts, priority, run_at, input, parent_id, root_id,
       on_failure, dedupe_key, created_by, reason, created_at
     FROM json_to_recordset(?::json) AS j(tenant_id uuid, id uuid, kind text, queue text, status text,
       max_attempts integer, priority integer, run_at timestamptz, input text, parent_id uuid, root_id uuid,
       on_failure text, dedupe_key text, created_by text, reason text, created_at timestamptz)
     ON CONFLICT DO NOTHING
     RETURNING id`,
    [JSON.stringify(jobs.map(({ row, dedupeKey }) => storedRow(row, dedupeKey)))],
  )
  return new Set(idsOf(inserted))
}

const indexedRow = idRow.extend({ at: z.number() })

/** The open job that holds each dedupe key, in the given order. */
export async function findByDedupeKey(
  trx: Transaction,
  keys: readonly { tenantId: string; kind: string; key: string }[],
): Promise<(string | undefined)[]> {
  const found = await manyRows(
    trx,
    indexedRow,
    `SELECT k.at::integer AS at, j.id
     FROM unnest(?::uuid[], ?::text[], ?::text[]) WITH ORDINALITY AS k(tenant_id, kind, key, at)
     JOIN jobs j ON j.tenant_id = k.tenant_id AND j.kind = k.kind AND j.dedupe_key = k.key AND j.ended_at IS NULL`,
    [keys.map(k => k.tenantId), keys.map(k => k.kind), keys.map(k => k.key)],
  )
  const byIndex = new Map(found.map(({ at, id }) => [at - 1, id]))
  return keys.map((_, i) => byIndex.get(i))
}

/** Locks jobs, always in the same order. @returns what transitions need to know about them, by id */
export async function lockJobs(trx: Transaction, refs: readonly JobRef[]): Promise<Map<string, JobState>> {
  const found = await manyRows(
    trx,
    stateColumns,
    `SELECT ${STATE} FROM jobs j
     JOIN unnest(?::uuid[], ?::uuid[]) AS wanted(tenant_id, id) USING (tenant_id, id)
     ORDER BY j.tenant_id, j.id FOR NO KEY UPDATE OF j`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)],
  )
  return new Map(found.map(row => [row.id, readState(row)]))
}

/**
 * Stores jobs after their transitions. `state.version` is the version that was read: a row that has changed since is
 * left alone. For the LIMIT see `FEW`.
 * @returns the ids of the stored rows
 */
export async function updateJobs(
  trx: Transaction,
  jobs: readonly { state: JobState; result: string | null | undefined }[],
): Promise<Set<string>> {
  const stored = await manyRows(
    trx,
    idRow,
    `UPDATE jobs j SET status = x.status, attempt = x.attempt, max_attempts = x.max_attempts, run_at = x.run_at,
       outcome_level = x.outcome_level, outcome_text = x.outcome_text, error = x.error, fingerprint = x.fingerprint,
       progress = x.progress, steps = x.steps, worker = x.worker, cancel = x.cancel,
       awaits_children = x.awaits_children, waited_ms = x.waited_ms, started_at = x.started_at, ended_at = x.ended_at,
       version = x.version + 1, result = CASE WHEN x.with_result THEN x.result ELSE j.result END
     FROM (SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::integer[], ?::text[], ?::integer[], ?::integer[],
         ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
         ?::boolean[], ?::bigint[], ?::timestamptz[], ?::timestamptz[], ?::text[], ?::boolean[])
       AS r(tenant_id, id, version, status, attempt, max_attempts, run_at, outcome_level, outcome_text, error,
         fingerprint, progress, steps, worker, cancel, awaits_children, waited_ms, started_at, ended_at, result,
         with_result) ${FEW}) AS x
     WHERE j.tenant_id = x.tenant_id AND j.id = x.id AND j.version = x.version
     RETURNING j.id`,
    [...changeColumns(jobs.map(({ state, result }) => storedChange(state, result))), jobs.length],
  )
  return new Set(idsOf(stored))
}

/** Clears the dedupe keys of retried jobs: other open jobs may hold them by now. */
export async function releaseDedupeKeys(trx: Transaction, refs: readonly JobRef[]): Promise<void> {
  await trx.raw(
    `UPDATE jobs j SET dedupe_key = NULL FROM unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id)
     WHERE j.tenant_id = r.tenant_id AND j.id = r.id AND j.dedupe_key IS NOT NULL`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)],
  )
}

export async function insertAttempts(trx: Transaction, attempts: readonly AttemptRow[]): Promise<void> {
  await trx.raw(
    `INSERT INTO job_attempts (tenant_id, job_id, attempt, outcome, worker, error, steps, started_at, ended_at)
     SELECT * FROM json_to_recordset(?::json) AS a(tenant_id uuid, job_id uuid, attempt integer, outcome text,
       worker text, error text, steps text, started_at timestamptz, ended_at timestamptz)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(attempts.map(storedAttempt))],
  )
}

/** Whole rows by id, without those of jobs that no longer exist. */
export async function loadJobs(db: Db, refs: readonly JobRef[]): Promise<Map<string, JobRow>> {
  const found = await manyRows(
    db,
    jobColumns,
    `SELECT ${ROW} FROM jobs j
     JOIN (SELECT * FROM unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) ${FEW}) AS wanted USING (tenant_id, id)`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id), refs.length],
  )
  return new Map(found.map(row => [row.id, readRow(row)]))
}

export async function findJob(db: Db, { tenantId, id }: JobRef): Promise<JobRow | undefined> {
  const found = await firstRow(db, jobColumns, `SELECT ${ROW} FROM jobs j WHERE j.tenant_id = ? AND j.id = ?`, [
    tenantId,
    id,
  ])
  return found && readRow(found)
}

/** Which of these jobs have a cancel flag. */
export async function findCancelled(db: Db, refs: readonly JobRef[]): Promise<string[]> {
  const found = await manyRows(
    db,
    idRow,
    `SELECT j.id FROM jobs j JOIN unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) USING (tenant_id, id)
     WHERE j.cancel IS NOT NULL`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)],
  )
  return idsOf(found)
}

/** Why a job may not spawn children, or no longer. */
export interface SpawnRefusal {
  hasEnded: boolean
  /** A cancel of the job or of an ancestor. */
  cancel: Cancel | null
}

const refusalRow = idRow.extend({ has_ended: z.boolean(), cancel: jobColumns.shape.cancel })

/**
 * Locks jobs that want to spawn children, until the commit: a concurrent cancel sees the children either not at all or
 * complete. These locks are outside the usual order, so this never waits for one, which could deadlock: PostgreSQL
 * fails with 55P03 instead, and the flush is retried.
 * @returns by id: why a job may not spawn
 */
export async function lockParents(trx: Transaction, refs: readonly JobRef[]): Promise<Map<string, SpawnRefusal>> {
  const wanted = [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)]
  const asked = 'unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) USING (tenant_id, id)'
  const there = await manyRows(trx, idRow, `SELECT j.id FROM jobs j JOIN ${asked} FOR SHARE OF j NOWAIT`, wanted)
  const found = await manyRows(
    trx,
    refusalRow,
    `WITH RECURSIVE above AS (
       SELECT j.id AS asked, j.tenant_id, j.parent_id, j.cancel, j.ended_at FROM jobs j JOIN ${asked}
       UNION ALL
       SELECT above.asked, j.tenant_id, j.parent_id, j.cancel, NULL FROM jobs j
       JOIN above ON j.tenant_id = above.tenant_id AND j.id = above.parent_id
     )
     SELECT asked AS id, bool_or(ended_at IS NOT NULL) AS has_ended, max(cancel) AS cancel FROM above
     GROUP BY asked HAVING bool_or(ended_at IS NOT NULL OR cancel IS NOT NULL)`,
    wanted,
  )
  const refusals = new Map<string, SpawnRefusal>(refs.map(({ id }) => [id, { hasEnded: true, cancel: null }]))
  for (const { id } of there) refusals.delete(id) // the others were deleted
  for (const { id, has_ended, cancel } of found) refusals.set(id, { hasEnded: has_ended, cancel: readCancel(cancel) })
  return refusals
}

/** Open descendants of a job that have no cancel flag, deepest first. */
export async function findUncancelled(db: Db, { tenantId, id }: JobRef): Promise<JobRef[]> {
  const found = await manyRows(
    db,
    idRow,
    `WITH RECURSIVE below AS (
       SELECT id, 1 AS depth FROM jobs WHERE tenant_id = :tenantId AND parent_id = :id
       UNION ALL
       SELECT j.id, below.depth + 1 FROM jobs j JOIN below ON j.tenant_id = :tenantId AND j.parent_id = below.id
     )
     SELECT below.id FROM below JOIN jobs j ON j.tenant_id = :tenantId AND j.id = below.id
     WHERE j.ended_at IS NULL AND j.cancel IS NULL ORDER BY depth DESC, below.id`,
    { tenantId, id },
  )
  return found.map(each => ({ tenantId, id: each.id }))
}
