import type { Actor } from '../../contract/access'
import type { Cancel, JobError, Step } from '../../contract/jobs'
import { type AttemptRow, hasEnded, type JobState, type Progress, type StepEnding } from './job'

/** Identifies a run of a job: reports of a run that was given up change nothing. */
interface RunKey {
  attempt: number
  worker: string
}

/** Something that may happen to a job. */
export type Change =
  /** `at`: when the handler started, which is before this is stored. */
  | ({ type: 'start'; at: Date } & RunKey)
  | ({ type: 'advance'; steps?: Step[]; progress?: Progress } & RunKey)
  /** The handler has returned; open children keep the job running. */
  | ({ type: 'await_children'; result: string | null; steps: Step[] } & RunKey)
  | ({ type: 'complete'; result: string | null; steps: Step[] } & RunKey)
  | ({ type: 'fail'; error: JobError; steps: Step[]; retry: { delayMs: number } | null } & RunKey)
  /** The handler has ended after a cancel. */
  | ({ type: 'stop'; steps: Step[] } & RunKey)
  /** The run ended without an outcome: its process died, lost its lock or was shut down. */
  | ({ type: 'lose'; reason: string } & RunKey)
  | { type: 'request_cancel'; cancel: Cancel }
  /** Completes a cancel without waiting for a handler. */
  | { type: 'cancel' }
  /** BullMQ lost the job, and it is added again. */
  | { type: 'requeue' }
  /** Ended by something other than its own run, as of this attempt. */
  | { type: 'settle'; attempt: number; error: JobError | null }
  | { type: 'retry'; attempts: number; by: Actor }

/** What happened, from which entries are written. */
export type Event =
  | 'started'
  | 'advanced'
  | 'progressed'
  | 'waits'
  | 'completed'
  | 'failed'
  | 'will_retry'
  | 'lost'
  | 'cancel_requested'
  | 'cancelled'
  | 'retried'
  | 'requeued'

export interface Transition {
  next: JobState
  event: Event
  /** Undefined: keep the stored one. */
  result?: string | null
  /** The attempt that ended although the job continues. */
  archived?: AttemptRow
}

/** A job whose run is lost in this attempt or a later one fails. */
const LOST_MAX = 10

/**
 * The only place that decides what may happen to a job.
 * @returns undefined if the change is late, repeated or impossible in this state
 */
export function transition(job: JobState, change: Change, now: Date): Transition | undefined {
  if (change.type === 'retry') return retried(job, change, now)
  if (hasEnded(job.status)) return undefined
  switch (change.type) {
    case 'start':
      return started(job, change)
    case 'request_cancel':
      return cancelRequested(job, change.cancel, now)
    case 'cancel':
      return job.cancel ? cancelled(job, now) : undefined
    case 'requeue':
      return job.status === 'running' ? undefined : { next: job, event: 'requeued' }
    case 'settle':
      return settled(job, change, now)
    default:
      return reported(job, change, now)
  }
}

function started(job: JobState, { attempt, worker, at }: Extract<Change, { type: 'start' }>): Transition | undefined {
  if (job.cancel || job.status === 'running' || attempt !== job.attempt + 1) return undefined
  const next: JobState = {
    ...job,
    status: 'running',
    attempt,
    worker,
    started_at: at,
    run_at: null,
    error: null,
    steps: [],
    awaits_children: false,
  }
  return { next, event: 'started' }
}

type Report = Exclude<Extract<Change, RunKey & { type: string }>, { type: 'start' }>

function reported(job: JobState, change: Report, now: Date): Transition | undefined {
  if (job.status !== 'running' || job.attempt !== change.attempt || job.worker !== change.worker) return undefined
  // Whatever the handler returned: the cancel was already confirmed to its caller.
  if (job.cancel && change.type !== 'advance') return cancelled(job, now, 'steps' in change ? change.steps : undefined)
  switch (change.type) {
    case 'stop':
      return undefined
    case 'lose':
      return lost(job, change.reason, now)
    case 'advance': {
      const next = { ...job, steps: change.steps ?? job.steps, progress: change.progress ?? job.progress }
      return { next, event: change.steps ? 'advanced' : 'progressed' }
    }
    case 'await_children':
      return { next: { ...job, steps: change.steps, awaits_children: true }, event: 'waits', result: change.result }
    case 'complete':
      return { next: ended(job, 'completed', now, change.steps), event: 'completed', result: change.result }
    case 'fail':
      return failed(job, change, now)
  }
}

function failed(job: JobState, { error, steps, retry }: Extract<Change, { type: 'fail' }>, now: Date): Transition {
  const broken = closeSteps(steps, 'failed', now)
  if (!retry) return { next: { ...ended(job, 'failed', now, broken), error }, event: 'failed' }
  const next: JobState = {
    ...job,
    status: retry.delayMs > 0 ? 'scheduled' : 'pending',
    run_at: new Date(now.getTime() + retry.delayMs),
    error,
    steps: broken,
  }
  return { next, event: 'will_retry', archived: archive({ ...job, steps: broken }, 'failed', error, now) }
}

function lost(job: JobState, reason: string, now: Date): Transition {
  const error = { code: 'stalled', message: reason }
  const steps = closeSteps(job.steps, 'failed', now)
  if (job.attempt >= LOST_MAX) return { next: { ...ended(job, 'failed', now, steps), error }, event: 'failed' }
  // Not the job's fault, so it does not use up one of its attempts.
  const next: JobState = { ...job, status: 'pending', max_attempts: job.max_attempts + 1, error, steps }
  return { next, event: 'lost', archived: archive({ ...job, steps }, 'lost', error, now) }
}

function cancelRequested(job: JobState, cancel: Cancel, now: Date): Transition | undefined {
  if (job.cancel) return undefined
  const next = { ...job, cancel }
  const hasHandler = job.status === 'running' && !job.awaits_children
  return hasHandler ? { next, event: 'cancel_requested' } : cancelled(next, now)
}

const cancelled = (job: JobState, now: Date, steps = job.steps): Transition => ({
  next: ended(job, 'cancelled', now, steps),
  event: 'cancelled',
})

type Settle = Extract<Change, { type: 'settle' }>

function settled(job: JobState, { attempt, error }: Settle, now: Date): Transition | undefined {
  if (job.attempt !== attempt) return undefined
  if (job.cancel) return cancelled(job, now)
  if (!error) return { next: ended(job, 'completed', now), event: 'completed' }
  return { next: { ...ended(job, 'failed', now, closeSteps(job.steps, 'failed', now)), error }, event: 'failed' }
}

function retried(job: JobState, { attempts }: Extract<Change, { type: 'retry' }>, now: Date): Transition | undefined {
  if (job.status !== 'failed' && job.status !== 'cancelled') return undefined
  const next: JobState = {
    ...job,
    status: 'pending',
    max_attempts: job.attempt + attempts,
    run_at: null,
    error: null,
    progress: null,
    steps: [],
    cancel: null,
    worker: null,
    awaits_children: false,
    started_at: null,
    ended_at: null,
  }
  const ran = job.attempt > 0 && job.started_at !== null
  const archived = ran ? { archived: archive(job, job.status, job.error, job.ended_at ?? now) } : {}
  return { next, event: 'retried', result: null, ...archived }
}

function ended(job: JobState, status: StepEnding, now: Date, steps = job.steps): JobState {
  const error = status === 'completed' ? null : job.error
  return { ...job, status, error, steps: closeSteps(steps, status, now), ended_at: now, run_at: null }
}

function closeSteps(steps: Step[], status: StepEnding, now: Date): Step[] {
  if (!steps.some(step => step.status === 'running')) return steps
  const ended_at = now.toISOString()
  return steps.map(step => (step.status === 'running' ? { ...step, status, ended_at } : step))
}

function archive(job: JobState, outcome: AttemptRow['outcome'], error: JobError | null, now: Date): AttemptRow {
  const { tenant_id, id, attempt, worker, steps, started_at } = job
  return { tenant_id, job_id: id, attempt, outcome, worker, error, steps, started_at, ended_at: now }
}
