import type { Db } from '../../base/db'
import type { QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { Engine } from '../engine/engine'
import { failedChildOf, failureOf } from './failure'
import { findOpen, type OpenJob } from './open-store'
import { transitionEffect } from './transition-effect'

interface Deps {
  db: Db
  streams: Writer
  engine: Engine
}

/**
 * Stores that BullMQ has failed a job without running it. A child that made it fail may have been failed in the same
 * way just before, perhaps by another process: its failure is stored first, because no job ends before such a child.
 * @param reason as BullMQ gives it
 */
export async function storeBullFailure(deps: Deps, job: OpenJob, reason: string): Promise<void> {
  const child = await unstoredChild(deps, reason)
  if (child) await storeBullFailure(deps, child.job, child.reason)
  const change = { type: 'settle' as const, attempt: job.attempt, error: failureOf(reason) }
  await deps.streams.commit(transitionEffect, { tenantId: job.tenant_id, id: job.id, change })
}

async function unstoredChild({ db, engine }: Deps, parentReason: string) {
  const id = failedChildOf(parentReason)
  const [job] = id ? await findOpen(db, [id]) : []
  if (job?.status !== 'running') return undefined // stored, and perhaps retried since
  const reason = await engine.failureReason(job.queue as QueueName, job.id)
  return reason === undefined ? undefined : { job, reason }
}
