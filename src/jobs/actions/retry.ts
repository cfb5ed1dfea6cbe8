import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Actor } from '../../contract/access'
import type { QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { Engine } from '../engine/engine'
import type { AnyKind } from '../kinds/kind'
import { type Enqueuer, queuedJobOf } from '../lifecycle/enqueue'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { findJob, type JobRef } from '../lifecycle/job-store'
import { transitionEffect } from '../lifecycle/transition-effect'

/** A job ends in BullMQ slightly later than in PostgreSQL, and cannot be removed until then. */
const REMOVE_TRIES = 20
const REMOVE_RETRY_MS = 100

export interface RetryDeps {
  db: Db
  streams: Writer
  engine: Engine
  enqueuer: Enqueuer
  kinds: ReadonlyMap<string, AnyKind>
  log: Log
}

/**
 * Runs a failed or cancelled job again, with as many attempts as its kind allows. Earlier attempts stay in its history.
 * @throws Problem 404, or 409 when the job has not failed
 */
export async function retryJob(deps: RetryDeps, ref: JobRef, by: Actor): Promise<JobRow> {
  const before = await findJob(deps.db, ref)
  if (!before) throw notFound('job')
  const attempts = deps.kinds.get(before.kind)?.options.attempts ?? 1
  const result = await deps.streams.commit(transitionEffect, { ...ref, change: { type: 'retry', attempts, by } })
  if (!result?.applied) throw conflict('job_not_failed', 'Only a job that failed or was cancelled can be retried.')
  const row = await findJob(deps.db, ref)
  if (!row) throw notFound('job')
  await requeue(deps, row).catch(
    logRetryable(deps.log, 'A retried job is not in its queue yet', { job_id: row.id }, 'warn'),
  )
  return row
}

/** Adds a job to BullMQ again, under its old id. */
async function requeue({ db, engine, enqueuer }: RetryDeps, row: JobRow): Promise<void> {
  for (let i = 0; i < REMOVE_TRIES && !(await engine.remove(row.queue as QueueName, row.id)); i++)
    await delay(REMOVE_RETRY_MS)
  await enqueuer.add(queuedJobOf(row, await parentQueue(db, row)))
}

/** Only a parent that has not ended is still waiting for its child. */
async function parentQueue(db: Db, row: Pick<JobRow, 'tenant_id' | 'parent_id'>) {
  if (!row.parent_id) return undefined
  const parent = await findJob(db, { tenantId: row.tenant_id, id: row.parent_id })
  return parent && !hasEnded(parent.status) ? (parent.queue as QueueName) : undefined
}
