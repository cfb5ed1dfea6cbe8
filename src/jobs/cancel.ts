import type { Actor } from '../access'
import { conflict, notFound } from '../base/errors'
import { againLater } from '../base/outage'
import { type Core, commitTransition } from './core'
import { hasEnded, type JobRow } from './job'
import type { QueueName } from './queues'
import { findJob, findOpenDescendants, type JobRef, loadJobs } from './store'

export interface Reason {
  reason: string
  by: Actor
}

/** A parent goes on as soon as its children are gone: whoever takes the tree apart from below must flag it first. */
const LEFT_IN_QUEUE = 'A cancelled job is left in its queue until it comes up there'
const ENDED_DETAIL = 'The job has ended: there is nothing to cancel.'

/**
 * Cancels a job and all that it has spawned, deepest first. The flags are durable before anything else happens; jobs
 * that no handler works on end at once, the others as soon as their worker hears of it.
 * @throws Problem 404, or 409 when the job has ended
 */
export async function cancelJob(core: Core, ref: JobRef, { reason, by }: Reason): Promise<JobRow> {
  const job = await findJob(core.db, ref)
  if (!job) throw notFound('job')
  if (hasEnded(job.status)) throw conflict('job_ended', ENDED_DETAIL)
  const refs = [...(await findOpenDescendants(core.db, ref)), ref]
  const cancel = { reason, by, at: new Date().toISOString() }
  const results = await Promise.all(
    refs.map(each => commitTransition(core, { ...each, change: { type: 'request_cancel', cancel } })),
  )
  const own = results.at(-1)
  if (own && !own.applied && own.state.status !== 'cancelled' && hasEnded(own.state.status))
    throw conflict('job_ended', ENDED_DETAIL)
  await core.commands.cancel(refs.filter((_, i) => results[i]?.state.status === 'running').map(({ id }) => id))
  await takeOut(
    core,
    refs.filter((_, i) => results[i]?.applied && results[i]?.state.status === 'cancelled'),
  )
  const after = await findJob(core.db, ref)
  if (!after) throw notFound('job')
  return after
}

/** BullMQ would find out by itself when it comes to them; until then they would only be in its way. */
async function takeOut(core: Core, refs: readonly JobRef[]) {
  const jobs = await loadJobs(core.db, refs)
  for (const { id } of refs) {
    const queue = jobs.get(id)?.queue
    if (queue)
      await core.engine.remove(queue as QueueName, id).catch(againLater(core.log, LEFT_IN_QUEUE, { job_id: id }))
  }
}
