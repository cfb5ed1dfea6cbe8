import type { JobEvent, JobProgress, JobProgressEvent, JobSpawned, JobTopicState } from '../../contract/jobs'
import type { NewEntry, TopicEntries } from '../../streams'
import { fenceMark, hasEnded, type JobState, jobTopic, shownOutcome } from './job'
import type { Event } from './transitions'

/** The state of a job's topic, sent to readers when they join and after each change. */
export function statusOf(job: JobState): JobTopicState {
  const { id, status, attempt, progress, error, cancel, steps } = job
  const outcome = shownOutcome(job)
  return {
    job: {
      id,
      status,
      attempt,
      progress,
      ...(outcome && { outcome }),
      ...(error && { error }),
      ...(cancel && { cancel }),
    },
    steps,
  }
}

const SOURCE = 'jobs'

/** The event itself is stored later than what it tells of: pages would show other times than after a reload. */
const timesOf = ({ waited_ms, started_at, ended_at }: JobState) => ({
  ...(started_at && { waited_ms, started_at: started_at.toISOString() }),
  ...(ended_at && { ended_at: ended_at.toISOString() }),
})

/** A tenant event about a job, for dashboards and the queue page. */
function tenantEvent(kind: string, job: JobState): TopicEntries {
  const { tenant_id, id, queue, status, attempt, max_attempts, parent_id, root_id, error, progress } = job
  const about = { job_id: id, kind: job.kind, queue, status, attempt, max_attempts, parent_id, root_id }
  const outcome = shownOutcome(job)
  const event: JobEvent = { ...about, ...timesOf(job), ...(outcome && { outcome }), ...(error && { error }) }
  const data: JobEvent | JobProgressEvent = kind === 'job_progress' ? { ...event, progress } : event
  const entry = { kind, source: SOURCE, data: { labels: { kind: job.kind, queue }, data } }
  return { topic: { tenantId: tenant_id, name: 'events' }, entries: [entry] }
}

/** The entries of a new job; a child is also announced in its parent's topic. */
export function createdEntries(job: JobState): TopicEntries[] {
  const own = { topic: jobTopic(job), entries: [statusEntry(job)] }
  const created = tenantEvent('job_created', job)
  if (!job.parent_id) return [own, created]
  const spawned: JobSpawned = { job_id: job.id, kind: job.kind, queue: job.queue }
  const parent = {
    topic: jobTopic({ tenant_id: job.tenant_id, id: job.parent_id }),
    entries: [{ kind: 'job_spawn', source: SOURCE, data: spawned }],
  }
  return [own, parent, created, tenantEvent('job_spawn', job)]
}

function statusEntry(job: JobState): NewEntry {
  const data = statusOf(job)
  return { kind: 'status', source: SOURCE, attempt: job.attempt, data, state: data }
}

const TENANT_EVENTS: Partial<Record<Event, string>> = {
  started: 'job_started',
  progressed: 'job_progress',
  completed: 'job_completed',
  failed: 'job_failed',
  cancelled: 'job_cancelled',
  retried: 'job_retried',
}

/** The entries of a transition: a log line where people need one, the status, and the tenant event. */
export function transitionEntries(job: JobState, event: Event): TopicEntries[] {
  const logLine = LINES[event]
  const entries = logLine ? [lineOf(job, ...logLine(job))] : []
  const own: TopicEntries = { topic: jobTopic(job), entries, fence: markOf(job) }
  if (event === 'progressed') own.entries.push(progressEntry(job))
  else if (event !== 'requeued') own.entries.push(statusEntry(job))
  if (hasEnded(job.status)) own.end = job.status
  const type = TENANT_EVENTS[event]
  return type ? [own, tenantEvent(type, job)] : [own]
}

/** Lets only the current run write lines, and only while its handler is running. */
const markOf = ({ status, awaits_children, attempt, worker }: JobState) =>
  status === 'running' && !awaits_children && worker !== null ? fenceMark({ attempt, worker }) : null

const progressEntry = (job: JobState): NewEntry => ({
  kind: 'progress',
  source: SOURCE,
  attempt: job.attempt,
  data: { progress: job.progress } satisfies JobProgress,
  state: statusOf(job),
})

type Line = [level: 'info' | 'warn' | 'error', message: string]

/** What the log of a job says about the events that people should see there. */
const LINES: Partial<Record<Event, (job: JobState) => Line>> = {
  failed: job => ['error', `Failed: ${whyOf(job)}`],
  will_retry: job => [
    'warn',
    `Attempt ${job.attempt} of ${job.max_attempts} failed: ${whyOf(job)}; next at ${job.run_at?.toISOString()}`,
  ],
  lost: ({ attempt, error }) => ['warn', `Attempt ${attempt} was lost: ${error?.message}; the job will run again`],
  cancel_requested: job => ['warn', `Cancel requested by ${whoOf(job)}`],
  cancelled: job => ['warn', `Cancelled by ${whoOf(job)}`],
  requeued: () => ['warn', 'Redis lost this job, and it was queued again'],
  retried: () => ['info', 'Retried'],
}

const lineOf = ({ attempt }: JobState, level: Line[0], message: string): NewEntry => ({
  kind: 'log',
  level,
  message,
  attempt,
  source: SOURCE,
})

const whyOf = ({ error }: JobState) => (error ? `${error.message} (${error.code})` : 'no reason given')
const whoOf = ({ cancel }: JobState) => (cancel ? `${cancel.by.name}: ${cancel.reason}` : 'the platform')
