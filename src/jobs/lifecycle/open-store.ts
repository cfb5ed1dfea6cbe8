import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows, oneRow } from '../../base/rows'
import type { ChildEnds } from './job'
import { jobColumns } from './job'
import type { JobRef } from './job-store'

const openJobRow = jobColumns
  .pick({
    tenant_id: true,
    id: true,
    kind: true,
    queue: true,
    status: true,
    attempt: true,
    worker: true,
    priority: true,
    run_at: true,
    parent_id: true,
    on_failure: true,
    awaits_children: true,
  })
  .extend({
    /** When a cancel was requested. */
    cancel_at: z.date().nullable(),
    parent_queue: jobColumns.shape.queue.nullable(),
  })
/** What the reconciler needs to know about an open job. */
export type OpenJob = z.output<typeof openJobRow>

const OPEN = `SELECT j.tenant_id, j.id, j.kind, j.queue, j.status, j.attempt, j.worker, j.priority, j.run_at, j.parent_id,
    j.on_failure, j.awaits_children, (j.cancel::json ->> 'at')::timestamptz AS cancel_at, p.queue AS parent_queue
  FROM jobs j
  LEFT JOIN jobs p ON p.tenant_id = j.tenant_id AND p.id = j.parent_id AND p.ended_at IS NULL
  WHERE j.ended_at IS NULL`

/** Open jobs older than the grace period, ordered by id. */
export function listOpen(db: Db, after: string | null, limit: number, graceMs: number): Promise<OpenJob[]> {
  return manyRows(
    db,
    openJobRow,
    `${OPEN} AND (:after::uuid IS NULL OR j.id > :after::uuid) AND j.created_at < now() - :graceMs * interval '1 ms'
     ORDER BY j.id LIMIT :limit`,
    { after, limit, graceMs },
  )
}

export function findOpen(db: Db, ids: readonly string[]): Promise<OpenJob[]> {
  return manyRows(db, openJobRow, `${OPEN} AND j.id = ANY(?::uuid[])`, [ids as string[]])
}

const childrenRow = z.object({
  /** Some children have not ended. */
  open: z.boolean(),
  /** A child with `on_failure: fail` has failed, so the parent fails. */
  failed: z.boolean(),
  /** A child with `on_failure: continue` has failed, so the parent does not wait for the others. */
  continues: z.boolean(),
  total: z.number(),
  /** That failed and whose failure is recorded. */
  failures: z.number(),
})
export type Children = z.output<typeof childrenRow>

/** What decides whether a parent has ended: the state of its children. */
export const childrenOf = (db: Db, { tenantId, id }: JobRef) =>
  oneRow(
    db,
    childrenRow,
    `SELECT coalesce(bool_or(ended_at IS NULL), false) AS open,
       coalesce(bool_or(status = 'failed' AND on_failure = 'fail'), false) AS failed,
       coalesce(bool_or(status = 'failed' AND on_failure = 'continue'), false) AS "continues",
       count(*)::integer AS total,
       (count(*) FILTER (WHERE status = 'failed' AND on_failure <> 'forget'))::integer AS failures
     FROM jobs WHERE tenant_id = ? AND parent_id = ?`,
    [tenantId, id],
  )

/** Whether a parent need not wait any longer. */
export const isDecided = ({ open, failed, continues }: Children) => failed || continues || !open

/** What their ends say about their parent. */
export const endsOf = ({ total, failures }: Children): ChildEnds => ({ total, failed: failures })
