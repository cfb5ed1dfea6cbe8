import { may, type Principal, runsInstallation } from '../../api'
import { redact } from '../../base/redact'
import type { Attempt, Job } from '../../contract/jobs'
import { type AttemptRow, hasEnded, type JobRow, shownOutcome } from '../lifecycle/job'
import type { ListedRow } from './history-store'

const iso = (date: Date | null) => date?.toISOString() ?? null

const ranMs = ({ started_at, ended_at }: JobRow) => started_at && ended_at && ended_at.getTime() - started_at.getTime()

export const toJob = (row: ListedRow): Job => ({
  id: row.id,
  kind: row.kind,
  queue: row.queue,
  status: row.status,
  attempt: row.attempt,
  max_attempts: row.max_attempts,
  priority: row.priority,
  progress: row.progress,
  steps: row.steps,
  parent_id: row.parent_id,
  root_id: row.root_id,
  input: JSON.parse(row.input),
  result: row.result === null || !hasEnded(row.status) ? null : JSON.parse(row.result),
  outcome: shownOutcome(row),
  error: row.error,
  cancel: row.cancel,
  reason: row.reason,
  run_at: iso(row.run_at),
  created_at: row.created_at.toISOString(),
  waited_ms: row.waited_ms,
  ran_ms: ranMs(row),
  started_at: iso(row.started_at),
  ended_at: iso(row.ended_at),
  created_by: row.created_by,
  worker: row.worker,
  ...(row.child_count !== undefined && { child_count: row.child_count }),
})

export const linksOf = (id: string) => ({
  self: `/api/jobs/${id}`,
  logs: `/api/jobs/${id}/logs`,
  stream: `/api/jobs/${id}/logs/stream`,
  page: `/jobs/${id}`,
})

/** All attempts of a job: the earlier ones, and the one in the job's own row. */
export function attemptsOf(row: JobRow, earlier: readonly AttemptRow[]): Attempt[] {
  const attempts: Attempt[] = earlier.map(({ attempt, outcome, worker, error, steps, started_at, ended_at }) => {
    return { attempt, outcome, worker, error, steps, started_at: iso(started_at), ended_at: iso(ended_at) }
  })
  const { attempt, status, worker, error, steps } = row
  const isKept = earlier.some(each => each.attempt === attempt)
  if (attempt === 0 || isKept || row.started_at === null) return attempts
  const outcome = hasEnded(status) ? (status as Attempt['outcome']) : 'running'
  return [
    ...attempts,
    { attempt, outcome, worker, error, steps, started_at: iso(row.started_at), ended_at: iso(row.ended_at) },
  ]
}

/**
 * A job as this principal may see it: for viewers, input, result, outcome and error are redacted, and only users who run the
 * installation see which worker ran it.
 */
export function shownTo(principal: Principal, given: Job): Job {
  const job = withoutWorker(principal, given)
  if (may(principal, 'operator')) return job
  return {
    ...job,
    input: redact(job.input),
    result: redact(job.result),
    error: redact(job.error) as Job['error'],
    outcome: redact(job.outcome) as Job['outcome'],
  }
}

export const withoutWorker = <T extends { worker: string | null }>(principal: Principal, shown: T): T =>
  runsInstallation(principal) ? shown : { ...shown, worker: null }
