import type { Job as BullJob, JobType } from 'bullmq'
import type { Audit, AuditEntry } from '../../access'
import type { Principal } from '../../api'
import { badRequest, conflict, notFound, Problem } from '../../base/errors'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { Jobs } from '../actions/jobs'
import type { Engine } from '../engine/engine'
import { hasEnded } from '../lifecycle/job'
import type { QueueControl } from '../queues/queue-control'

export interface ActionDeps {
  engine: Engine
  jobs: Jobs
  queueControl: QueueControl
  audit: Audit
}

/** What an admin can do on the board. It changes the job in PostgreSQL: a change in Redis alone would be undone. */
type JobAction = 'retry' | 'clean' | 'promote'

interface Target {
  queue: QueueName
  id: string
  tenantId: string
}

const BULK_MAX = 100
const REASON = 'on Bull Board'
const STATES: Record<string, JobType> = {
  failed: 'failed',
  completed: 'completed',
  delayed: 'delayed',
  wait: 'wait',
  waiting: 'wait',
}

/**
 * Carries out a write request of Bull Board's page through our own API.
 * @param path relative to the board's: `/api/queues/checks/pause`
 * @throws Problem 403 for unsupported actions, 404, 409
 */
export async function act(deps: ActionDeps, principal: Principal, method: string, path: string): Promise<void> {
  const [api, queues, ...segments] = segmentsOf(path)
  if (api !== 'api' || queues !== 'queues' || method !== 'PUT') return refuse(deps, principal, method, path)
  const [first = '', second = '', third] = segments
  if (segments.length === 1 && isControl(first)) {
    for (const name of QUEUE_NAMES) await pauseOrResume(deps, principal, name, first)
    return
  }
  const queue = QUEUE_NAMES.find(name => name === first)
  if (!queue) throw notFound('queue')
  if (segments.length === 2 && isControl(second)) return pauseOrResume(deps, principal, queue, second)
  if (queue === 'schedules') return refuse(deps, principal, method, path)
  if (segments.length === 2 && second === 'promote') return actOnAll(deps, principal, queue, 'promote', 'delayed')
  if (segments.length === 3 && (second === 'retry' || second === 'clean'))
    return actOnAll(deps, principal, queue, second, third ?? '')
  if (segments.length === 3 && isJobAction(third)) return actOnJob(deps, principal, queue, second, third)
  return refuse(deps, principal, method, path)
}

function segmentsOf(path: string): string[] {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    throw badRequest([{ path: 'path', message: 'This path is not URL-encoded correctly.' }])
  }
}

const isControl = (segment: string): segment is 'pause' | 'resume' => segment === 'pause' || segment === 'resume'
const isJobAction = (segment: string | undefined): segment is JobAction =>
  segment === 'retry' || segment === 'clean' || segment === 'promote'

async function pauseOrResume(
  { queueControl, audit }: ActionDeps,
  by: Principal,
  name: QueueName,
  verb: 'pause' | 'resume',
) {
  await queueControl[verb](name, { reason: REASON, by: by.actor })
  await audit.record({ by, action: `queue.${verb}`, target: { type: 'queue', id: name }, reason: REASON })
}

async function actOnJob(deps: ActionDeps, by: Principal, queue: QueueName, id: string, action: JobAction) {
  const job = await deps.engine.queue(queue).getJob(id)
  if (!job) throw notFound('job')
  await actOn(deps, by, queue, job, action)
}

async function actOnAll(deps: ActionDeps, by: Principal, queue: QueueName, action: JobAction, state: string) {
  const bull = deps.engine.queue(queue)
  const type = STATES[state]
  if (!type) throw notFound('state')
  const count = await bull.getJobCountByTypes(type)
  if (count > BULK_MAX) {
    const detail = `Bull Board changes at most ${BULK_MAX} jobs at a time, and these are ${count}. Select them by filter on /jobs?queue=${queue} instead: that runs as a job with progress.`
    await recordAudit(deps.audit, by, { action: `job.${action}_all`, target: { type: 'queue', id: queue }, detail })
    throw conflict('too_many_jobs', detail)
  }
  const found = (await bull.getJobs(type, 0, BULK_MAX - 1)).filter(Boolean)
  // together, because the page waits for the answer
  const done = await Promise.allSettled(found.map(job => actOn(deps, by, queue, job, action)))
  for (const each of done) if (each.status === 'rejected') throw each.reason
}

async function actOn(deps: ActionDeps, by: Principal, queue: QueueName, job: BullJob, action: JobAction) {
  const target = { queue, id: String(job.id), tenantId: String(job.data?.tenant_id) }
  const event = { action: `job.${action}`, target: { type: 'job', id: target.id }, tenantId: target.tenantId }
  try {
    await ACTIONS[action](deps, by, target, job)
  } catch (error) {
    await recordAudit(deps.audit, by, { ...event, detail: error instanceof Problem ? error.detail : 'It failed.' })
    throw error
  }
  await recordAudit(deps.audit, by, event)
}

const ACTIONS: Record<JobAction, (deps: ActionDeps, by: Principal, target: Target, job: BullJob) => Promise<unknown>> =
  {
    retry: ({ jobs }, by, target) => jobs.retry(target, by.actor),
    promote: (_deps, _by, _target, job) => job.promote(),
    async clean({ jobs, engine }, by, target) {
      const { status } = await jobs.find(target)
      if (!hasEnded(status)) return jobs.cancel(target, { reason: `removed ${REASON}`, by: by.actor })
      await jobs.remove(target)
      await engine.remove(target.queue, target.id)
    },
  }

/** Records an action in the audit log of the default tenant and, for a job of another tenant, also in that tenant's. */
async function recordAudit(
  audit: Audit,
  { tenantId, actor }: Principal,
  event: { action: string; target: { type: string; id: string }; tenantId?: string; detail?: string },
) {
  const { action, target, detail } = event
  const data = { via: 'bull-board', ...(detail && { detail }) }
  const entry: Omit<AuditEntry, 'by'> = { action, target, result: detail ? 'refused' : 'ok', reason: REASON, data }
  await audit.record({ by: { tenantId, actor }, ...entry })
  if (event.tenantId && event.tenantId !== tenantId)
    await audit.record({ by: { tenantId: event.tenantId, actor }, ...entry })
}

async function refuse({ audit }: ActionDeps, by: Principal, method: string, path: string): Promise<never> {
  const detail =
    'Bull Board can only pause, resume, retry, remove and promote here. For anything else, use /jobs or the API.'
  await recordAudit(audit, by, {
    action: 'board.write',
    target: { type: 'board', id: `${method} ${path}`.slice(0, 200) },
    detail,
  })
  throw new Problem(403, 'not_on_the_board', detail)
}
