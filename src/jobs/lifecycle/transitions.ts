import type { Actor } from '../../contract/access'
import type { Cancel, JobError, JobOutcome, Step } from '../../contract/jobs'
import {
  type AttemptRow,
  type ChildEnds,
  hasEnded,
  type JobState,
  outcomeOfCancel,
  outcomeOfFailure,
  outcomeOfParent,
  type Progress,
  type StepEnding,
  shortened,
} from './job'

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
  | ({ type: 'await_children'; result: string | null; outcome: JobOutcome; steps: Step[] } & RunKey)
  /** `at`: when the handler returned. */
  | ({ type: 'complete'; at: Date; result: string | null; outcome: JobOutcome; steps: Step[] } & RunKey)
  /** `at`: when the handler threw. */
  | ({ type: 'fail'; at: Date; error: JobError; steps: Step[]; retry: { delayMs: number } | null } & RunKey)
  /** `at`: when the handler handed it back. */
  | ({ type: 'postpone'; at: Date; delayMs: number } & RunKey)
  /** The handler has ended after a cancel. */
  | ({ type: 'stop'; steps: Step[] } & RunKey)
  /** The run ended without an outcome: its process died, lost its lock or was shut down. */
  | ({ type: 'lose'; reason: string } & RunKey)
  | { type: 'request_cancel'; cancel: Cancel }
  /** Completes a cancel without waiting for a handler. */
  | { type: 'cancel' }
  /** BullMQ lost the job, and it is added again. */
  | { type: 'requeue' }
  /** Ended by something other than its own run, which saw it in this attempt. `children`: what a parent waited for. */
  | { type: 'settle'; attempt: number; error: JobError | null; children?: ChildEnds }
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
  | 'postponed'
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
    waited_ms: job.attempt === 0 ? waitedMs(job, at) : job.waited_ms,
    started_at: at,
    run_at: null,
    outcome: null,
    error: null,
    steps: [],
    awaits_children: false,
  }
  return { next, event: 'started' }
}

/** A job that is planned for later waits only from then on. */
const waitedMs = ({ created_at, run_at }: JobState, at: Date) =>
  Math.max(0, at.getTime() - Math.max(created_at.getTime(), run_at?.getTime() ?? 0))

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
      return {
        next: { ...job, steps: change.steps, outcome: shortened(change.outcome), awaits_children: true },
        event: 'waits',
        result: change.result,
      }
    case 'complete': {
      const outcome = shortened(change.outcome)
      const next = ended({ ...job, outcome }, 'completed', change.at, change.steps)
      return { next, event: 'completed', result: change.result }
    }
    case 'fail':
      return failed(job, change)
    case 'postpone':
      return postponed(job, change)
  }
}

function failed(job: JobState, { error, steps, retry, at }: Extract<Change, { type: 'fail' }>): Transition {
  if (!retry) return { next: ended({ ...job, error }, 'failed', at, steps), event: 'failed' }
  const broken = closeSteps(steps, 'failed', at)
  const next: JobState = {
    ...job,
    status: retry.delayMs > 0 ? 'scheduled' : 'pending',
    run_at: new Date(at.getTime() + retry.delayMs),
    started_at: null,
    error,
    steps: broken,
  }
  return { next, event: 'will_retry', archived: archive({ ...job, steps: broken }, 'failed', error, at) }
}

/** The run did not count: the next one is the same attempt. Only the current run may report, and this one has ended. */
function postponed(job: JobState, { at, delayMs }: Extract<Change, { type: 'postpone' }>): Transition {
  const next: JobState = {
    ...job,
    status: delayMs > 0 ? 'scheduled' : 'pending',
    attempt: job.attempt - 1,
    run_at: new Date(at.getTime() + delayMs),
    started_at: null,
    steps: [],
  }
  return { next, event: 'postponed' }
}

function lost(job: JobState, reason: string, now: Date): Transition {
  const error = { code: 'stalled', message: reason }
  const steps = closeSteps(job.steps, 'failed', now)
  if (job.attempt >= LOST_MAX) return { next: ended({ ...job, error }, 'failed', now, steps), event: 'failed' }
  // Not the job's fault, so it does not use up one of its attempts.
  const next: JobState = {
    ...job,
    status: 'pending',
    max_attempts: job.max_attempts + 1,
    run_at: now,
    started_at: null,
    error,
    steps,
  }
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

function settled(job: JobState, { attempt, error, children }: Settle, now: Date): Transition | undefined {
  if (job.attempt !== attempt) return undefined
  if (job.cancel) return cancelled(job, now)
  if (error) return { next: ended({ ...job, error }, 'failed', now), event: 'failed' }
  const outcome = children ? outcomeOfParent(job.outcome, children) : job.outcome
  return { next: ended({ ...job, outcome }, 'completed', now), event: 'completed' }
}

function retried(job: JobState, { attempts }: Extract<Change, { type: 'retry' }>, now: Date): Transition | undefined {
  if (job.status !== 'failed' && job.status !== 'cancelled') return undefined
  const next: JobState = {
    ...job,
    status: 'pending',
    max_attempts: job.attempt + attempts,
    // It waits in the queue from now on, not since it was created.
    run_at: now,
    outcome: null,
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
  const outcome = outcomeOf(job, status)
  return { ...job, status, outcome, error, steps: closeSteps(steps, status, now), ended_at: now, run_at: null }
}

function outcomeOf({ outcome, error, cancel }: JobState, status: StepEnding): JobOutcome | null {
  if (status === 'completed') return outcome
  return status === 'failed' ? outcomeOfFailure(error) : outcomeOfCancel(cancel)
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
