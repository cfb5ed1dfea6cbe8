import type { Job, JobEvent as JobEventData, JobProgressEvent, JobStatus } from '../../src/contract/jobs'
import type { JobFilters } from './filters'
import { hasEnded } from './job'

/** The fields of a job's tenant events that the list uses. */
export interface JobEvent {
  type: string
  timestamp: string
  data: Pick<JobEventData, 'job_id'> & Partial<JobProgressEvent>
}

const STATUS_BY_TYPE: Record<string, JobStatus> = {
  job_started: 'running',
  job_completed: 'completed',
  job_failed: 'failed',
  job_cancelled: 'cancelled',
}

/** The latest time in a row. Older events (the history sent on connect) contain nothing new. */
function lastChangeOf({ created_at, started_at, ended_at, run_at, status }: Job): string {
  const retriedAt = status === 'pending' ? run_at : null
  return [created_at, started_at ?? '', ended_at ?? '', retriedAt ?? ''].sort().at(-1) ?? ''
}

/** The row after an event; the same object if nothing has changed. */
export function applyEvent(job: Job, { type, timestamp, data }: JobEvent): Job {
  if (timestamp < lastChangeOf(job)) return job
  // Short jobs are stored with their start and end at once, and their row may be read before the events arrive.
  if (type === 'job_started' && hasEnded(job.status) && (data.attempt ?? 0) <= job.attempt) return job
  if (type === 'job_progress') return { ...job, progress: data.progress ?? job.progress }
  const status = data.status ?? STATUS_BY_TYPE[type]
  if (!status) return job
  const { started_at = null, ended_at = null } = data
  return {
    ...job,
    status,
    attempt: data.attempt ?? job.attempt,
    outcome: data.outcome ?? null,
    waited_ms: data.waited_ms ?? job.waited_ms,
    ran_ms: started_at && ended_at ? Date.parse(ended_at) - Date.parse(started_at) : null,
    started_at,
    ended_at,
  }
}

/** A row for a job that was just created. The next refresh of the list fills in the missing fields. */
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
    outcome: null,
    error: null,
    cancel: null,
    reason: null,
    run_at: null,
    created_at: timestamp,
    waited_ms: null,
    ran_ms: null,
    started_at: null,
    ended_at: null,
    created_by: { type: 'system', id: null, name: '' },
    worker: null,
  }
}

/** Filters that only the server can evaluate, because events lack the data. */
const SERVER_SIDE = ['q', 'actor', 'since', 'fingerprint', 'root_id', 'parent_id', 'ancestor_id'] as const

/** Whether a row matches the filters. False if only the server could tell. */
const matches = (job: Job, filters: JobFilters) =>
  SERVER_SIDE.every(name => filters[name] === '') &&
  (filters.status === '' || job.status === filters.status) &&
  (filters.outcome === '' || job.outcome?.level === filters.outcome) &&
  (filters.kind === '' || job.kind === filters.kind) &&
  (filters.queue === '' || job.queue === filters.queue) &&
  (filters.children !== '' || job.parent_id === null)

/**
 * Applies the events of a frame to the list, newest first. Returns the same array if nothing has changed. A row that no
 * longer matches a status filter stays until the next refresh, so that it does not vanish while somebody looks at it.
 * `incomplete` counts the rows with fields that the events do not contain.
 */
export function applyToList(jobs: Job[], events: readonly JobEvent[], filters: JobFilters) {
  const update = new ListUpdate(jobs, filters)
  for (const event of events) if (event.data?.job_id && event.type?.startsWith('job_')) update.apply(event)
  return { jobs: update.result(), incomplete: update.incomplete }
}

/** Applies the events of one frame: copies the list at most once, and finds rows by an index. */
class ListUpdate {
  incomplete = 0
  private readonly places
  /** Ids are UUIDv7: a lower one belongs to an older page or an old event. */
  private readonly newest
  private readonly created = new Map<string, Job>()
  private copy: Job[] | null = null

  constructor(
    private readonly jobs: Job[],
    private readonly filters: JobFilters,
  ) {
    this.places = new Map(jobs.map((job, at) => [job.id, at]))
    this.newest = jobs[0]?.id ?? ''
  }

  apply(event: JobEvent) {
    const id = event.data.job_id
    const at = this.places.get(id)
    const row = at === undefined ? this.created.get(id) : (this.copy ?? this.jobs)[at]
    if (!row) return this.create(event)
    const next = applyEvent(row, event)
    if (next === row) return
    if (hasEnded(next.status) !== hasEnded(row.status)) this.incomplete++
    if (at === undefined) this.created.set(id, next)
    else {
      this.copy ??= [...this.jobs]
      this.copy[at] = next
    }
  }

  result(): Job[] {
    const rows = this.copy ?? this.jobs
    if (this.created.size === 0) return rows
    return [...[...this.created.values()].sort((a, b) => (a.id < b.id ? 1 : -1)), ...rows]
  }

  private create(event: JobEvent) {
    if (event.type !== 'job_created' || event.data.job_id <= this.newest) return
    this.incomplete++
    const row = rowOfEvent(event)
    if (matches(row, this.filters)) this.created.set(row.id, row)
  }
}
