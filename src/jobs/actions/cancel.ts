import type { Db } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { Cancel, QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { CancelChannel } from '../engine/cancel-channel'
import type { Engine } from '../engine/engine'
import { hasEnded, type JobRow, type JobState } from '../lifecycle/job'
import { findJob, findUncancelled, type JobRef } from '../lifecycle/job-store'
import type { Reason } from '../lifecycle/reason'
import { transitionEffect } from '../lifecycle/transition-effect'

export interface CancelDeps {
  db: Db
  streams: Writer
  engine: Engine
  cancelChannel: CancelChannel
  log: Log
}

const LEFT_IN_QUEUE = 'A cancelled job stays in its queue until a worker drops it'
/** Each pass finds children spawned during the previous one; once its flag is stored, a job can no longer spawn. */
const PASSES_MAX = 100

/**
 * Cancels a job and all its open descendants, even if the job itself has ended. Before anything else, the flags are
 * stored, deepest jobs first, because a parent continues as soon as its children have ended. Jobs without a running
 * handler end at once, the others as soon as their worker is notified.
 * @throws Problem 404, or 409 when there is nothing to cancel
 */
export async function cancelJob(deps: CancelDeps, ref: JobRef, { reason, by }: Reason): Promise<JobRow> {
  const job = await findJob(deps.db, ref)
  if (!job) throw notFound('job')
  const cancel = { reason, by, at: new Date().toISOString() }
  const reached = await flagTree(deps, hasEnded(job.status) ? [] : [ref], ref, cancel)
  const after = await findJob(deps.db, ref)
  if (!after) throw notFound('job')
  if (!reached.length && hasEnded(after.status))
    throw conflict('job_ended', 'The job and all its descendants have ended: there is nothing to cancel.')
  await deps.cancelChannel.publish(reached.filter(({ status }) => status === 'running').map(({ id }) => id))
  await dequeue(
    deps,
    reached.filter(({ status }) => status === 'cancelled'),
  )
  return after
}

/** Flags all open jobs of a tree. @returns those that had no flag before */
async function flagTree(
  { db, streams }: CancelDeps,
  own: readonly JobRef[],
  root: JobRef,
  cancel: Cancel,
): Promise<JobState[]> {
  const reached: JobState[] = []
  let refs = [...(await findUncancelled(db, root)), ...own]
  for (let pass = 0; refs.length; pass++) {
    if (pass === PASSES_MAX) throw new Error(`The tree of job ${root.id} grows faster than it can be cancelled`)
    const change = { type: 'request_cancel' as const, cancel }
    const results = await Promise.all(refs.map(ref => streams.commit(transitionEffect, { ...ref, change })))
    for (const result of results) if (result?.applied) reached.push(result.state)
    refs = await findUncancelled(db, root)
  }
  return reached
}

/** Frees space in Redis early: workers would drop these jobs when their turn comes. */
async function dequeue({ engine, log }: CancelDeps, jobs: readonly JobState[]) {
  for (const { id, queue } of jobs)
    await engine.remove(queue as QueueName, id).catch(logRetryable(log, LEFT_IN_QUEUE, { job_id: id }))
}
