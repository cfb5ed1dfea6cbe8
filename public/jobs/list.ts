import type { JobFilters } from '../routes'
import { hasEnded, type Job, type JobState } from './job'

/** A tenant event about a job, as far as the list needs it. */
export interface JobEvent {
  type: string
  timestamp: string
  data: {
    job_id: string
    kind?: string
    queue?: string
    status?: JobState
    attempt?: number
    progress?: unknown
    parent_id?: string | null
  }
}

const STATUS_BY_TYPE: Record<string, JobState> = {
  job_started: 'running',
  job_completed: 'completed',
  job_failed: 'failed',
  job_cancelled: 'cancelled',
}

/** The newest time that a row is known to be of: events from before it (history on connect) tell nothing new. */
const stampOf = (job: Job) => [job.created_at, job.started_at ?? '', job.ended_at ?? ''].sort().at(-1) ?? ''

/** The row after an event; the same object when the event tells nothing new. */
export function applyEvent(job: Job, { type, timestamp, data }: JobEvent): Job {
  if (timestamp < stampOf(job)) return job
  if (type === 'job_progress') return { ...job, progress: data.progress ?? job.progress }
  const status = data.status ?? STATUS_BY_TYPE[type]
  if (!status) return job
  return {
    ...job,
    status,
    attempt: data.attempt ?? job.attempt,
    started_at: type === 'job_started' ? timestamp : job.started_at,
    ended_at: hasEnded(status) ? (job.ended_at ?? timestamp) : null,
  }
}

/** A row for a job that was just made; what the event does not tell comes with the next reading of the list. */
export function rowOfEvent({ timestamp, data }: JobEvent): Job {
  return {
    id: data.job_id,
    kind: data.kind ?? '',
    queue: data.queue ?? '',
    status: data.status ?? 'pending',
    attempt: data.attempt ?? 0,
    max_attempts: 1,
    progress: null,
    steps: [],
    parent_id: data.parent_id ?? null,
    root_id: null,
    input: null,
    result: null,
    error: null,
    created_at: timestamp,
    started_at: null,
    ended_at: null,
    created_by: null,
    worker: null,
  }
}

/** Whether a row belongs to what is shown, as far as the browser can tell: a text search is the server's. */
const matches = (job: Job, filters: JobFilters) =>
  filters.q === '' &&
  (filters.status === '' || job.status === filters.status) &&
  (filters.kind === '' || job.kind === filters.kind) &&
  (filters.queue === '' || job.queue === filters.queue) &&
  (filters.children !== '' || job.parent_id === null)

/**
 * The list, newest first, after an event. A row that no longer fits a status filter stays until the next reading: it would be
 * pulled away from under the eye. `isIncomplete`: the event does not tell all that the list shows.
 */
export function applyToList(jobs: Job[], event: JobEvent, filters: JobFilters): { jobs: Job[]; isIncomplete: boolean } {
  const { type, data } = event
  if (!type?.startsWith('job_') || !data?.job_id) return { jobs, isIncomplete: false }
  const at = jobs.findIndex(job => job.id === data.job_id)
  const row = jobs[at]
  if (row) {
    const next = applyEvent(row, event)
    return next === row
      ? { jobs, isIncomplete: false }
      : { jobs: jobs.with(at, next), isIncomplete: next.ended_at !== row.ended_at }
  }
  // Ids are UUIDv7: one below the newest row is of an older page, or of an event long past.
  const isNewer = type === 'job_created' && (jobs[0] === undefined || data.job_id > jobs[0].id)
  const made = rowOfEvent(event)
  return { jobs: isNewer && matches(made, filters) ? [made, ...jobs] : jobs, isIncomplete: isNewer }
}
