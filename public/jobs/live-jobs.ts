import type { Job, JobStatus } from '../../src/contract/jobs'
import type { JobFilters } from './filters'
import { hasEnded } from './job'

/** A tenant event about a job, as far as the list needs it. */
export interface JobEvent {
  type: string
  timestamp: string
  data: {
    job_id: string
    kind?: string
    queue?: string
    status?: JobStatus
    attempt?: number
    progress?: Job['progress']
    parent_id?: string | null
  }
}

const STATUS_BY_TYPE: Record<string, JobStatus> = {
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
    priority: 0,
    progress: null,
    steps: [],
    parent_id: data.parent_id ?? null,
    root_id: data.parent_id ?? data.job_id,
    input: null,
    result: null,
    error: null,
    cancel: null,
    reason: null,
    run_at: null,
    created_at: timestamp,
    started_at: null,
    ended_at: null,
    created_by: { type: 'system', id: null, name: '' },
    worker: null,
  }
}

/** Filters that only the server can judge: it sees the input, the error and the tree. */
const SERVER_SIDE = ['q', 'actor', 'since', 'fingerprint', 'root_id', 'parent_id'] as const

/** Whether a row belongs to what is shown, as far as the browser can tell. */
const matches = (job: Job, filters: JobFilters) =>
  SERVER_SIDE.every(name => filters[name] === '') &&
  (filters.status === '' || job.status === filters.status) &&
  (filters.kind === '' || job.kind === filters.kind) &&
  (filters.queue === '' || job.queue === filters.queue) &&
  (filters.children !== '' || job.parent_id === null)

/**
 * The list, newest first, after the events of a frame; the same array when they change nothing. A row that no longer fits
 * a status filter stays until the next reading: it would be pulled away from under the eye.
 * `incomplete`: so many rows have more to show than the events tell.
 */
export function applyToList(jobs: Job[], events: readonly JobEvent[], filters: JobFilters) {
  const change = new Change(jobs, filters)
  for (const event of events) if (event.data?.job_id && event.type?.startsWith('job_')) change.take(event)
  return { jobs: change.result(), incomplete: change.incomplete }
}

/** A list while the events of one frame are worked into it: it is copied once, and each row is found at once. */
class Change {
  incomplete = 0
  private readonly places
  /** Ids are UUIDv7: one below it is of an older page, or of an event long past. */
  private readonly newest
  private readonly made = new Map<string, Job>()
  private copy: Job[] | null = null

  constructor(
    private readonly jobs: Job[],
    private readonly filters: JobFilters,
  ) {
    this.places = new Map(jobs.map((job, at) => [job.id, at]))
    this.newest = jobs[0]?.id ?? ''
  }

  take(event: JobEvent) {
    const id = event.data.job_id
    const at = this.places.get(id)
    const row = at === undefined ? this.made.get(id) : (this.copy ?? this.jobs)[at]
    if (!row) return this.make(event)
    const next = applyEvent(row, event)
    if (next === row) return
    if (next.ended_at !== row.ended_at) this.incomplete++
    if (at === undefined) this.made.set(id, next)
    else {
      this.copy ??= [...this.jobs]
      this.copy[at] = next
    }
  }

  result(): Job[] {
    const rows = this.copy ?? this.jobs
    if (this.made.size === 0) return rows
    return [...[...this.made.values()].sort((a, b) => (a.id < b.id ? 1 : -1)), ...rows]
  }

  private make(event: JobEvent) {
    if (event.type !== 'job_created' || event.data.job_id <= this.newest) return
    this.incomplete++
    const row = rowOfEvent(event)
    if (matches(row, this.filters)) this.made.set(row.id, row)
  }
}
