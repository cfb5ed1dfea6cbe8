import { setTimeout as delay } from 'node:timers/promises'
import type { Actor } from '../../access'
import { conflict, notFound } from '../../base/errors'
import { againLater } from '../../base/outage'
import { type Core, commitTransition } from '../core'
import type { QueueName } from '../kinds/queues'
import { ticketOf } from '../lifecycle/enqueue'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { findJob, type JobRef } from '../lifecycle/job-store'

/** A worker holds a job in BullMQ for a moment longer than in PostgreSQL. */
const REMOVE_TRIES = 20
const REMOVE_AGAIN_MS = 100

/**
 * Runs a failed or cancelled job again, with as many attempts as its kind has. What was before stays in its history.
 * @throws Problem 404, or 409 when the job has not failed
 */
export async function retryJob(core: Core, ref: JobRef, by: Actor): Promise<JobRow> {
  const before = await findJob(core.db, ref)
  if (!before) throw notFound('job')
  const attempts = core.kinds.get(before.kind)?.options.attempts ?? 1
  const result = await commitTransition(core, { ...ref, change: { type: 'retry', attempts, by } })
  if (!result?.applied) throw conflict('job_not_failed', 'Only a job that failed or was cancelled can be retried.')
  const row = await findJob(core.db, ref)
  if (!row) throw notFound('job')
  await putBack(core, row).catch(
    againLater(core.log, 'A retried job is not in its queue yet', { job_id: row.id }, 'warn'),
  )
  return row
}

/** Gives BullMQ a job again under its old id. */
export async function putBack(core: Core, row: JobRow): Promise<void> {
  for (let i = 0; i < REMOVE_TRIES && !(await core.engine.remove(row.queue as QueueName, row.id)); i++)
    await delay(REMOVE_AGAIN_MS)
  await core.enqueuer.add(ticketOf(row, await parentQueue(core, row)))
}

/** Only a parent that has not ended still waits for its child. */
export async function parentQueue(core: Core, row: Pick<JobRow, 'tenant_id' | 'parent_id'>) {
  if (!row.parent_id) return undefined
  const parent = await findJob(core.db, { tenantId: row.tenant_id, id: row.parent_id })
  return parent && !hasEnded(parent.status) ? (parent.queue as QueueName) : undefined
}
