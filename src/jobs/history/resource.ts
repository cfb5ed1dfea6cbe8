import { uuid, z } from '../../base/parse'
import { type AttemptRow, hasEnded, type JobRow, STATUSES } from '../lifecycle/job'

const time = z.iso.datetime().nullable()
const json = z.unknown()
const failure = z.object({ code: z.string(), message: z.string() }).nullable()
const actor = z.object({ type: z.enum(['user', 'token', 'system']), id: z.string().nullable(), name: z.string() })
const step = z.object({
  name: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  started_at: time,
  ended_at: time,
  lines: z.number(),
})

/** The path of a job. */
export const params = z.strictObject({ id: uuid.transform(id => id.toLowerCase()) })

/** A job in the API. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  queue: z.string(),
  status: z.enum(STATUSES),
  attempt: z.number(),
  max_attempts: z.number(),
  priority: z.number(),
  progress: json,
  steps: z.array(step),
  parent_id: z.string().nullable(),
  root_id: z.string(),
  input: json,
  result: json,
  error: failure,
  cancel: z.object({ reason: z.string(), by: actor, at: time }).nullable(),
  reason: z.string().nullable(),
  run_at: time,
  created_at: time,
  started_at: time,
  ended_at: time,
  created_by: actor,
  worker: z.string().nullable(),
})
export type Job = z.output<typeof jobSchema>

const iso = (date: Date | null) => date?.toISOString() ?? null

export const toJob = (row: JobRow): Job => ({
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
  error: row.error,
  cancel: row.cancel,
  reason: row.reason,
  run_at: iso(row.run_at),
  created_at: row.created_at.toISOString(),
  started_at: iso(row.started_at),
  ended_at: iso(row.ended_at),
  created_by: row.created_by,
  worker: row.worker,
})

export const linksSchema = z.object({ self: z.string(), logs: z.string(), stream: z.string(), page: z.string() })

export const linksOf = (id: string) => ({
  self: `/api/jobs/${id}`,
  logs: `/api/jobs/${id}/logs`,
  stream: `/api/jobs/${id}/logs/stream`,
  page: `/jobs/${id}`,
})

export const attemptSchema = z.object({
  attempt: z.number(),
  outcome: z.enum(['running', 'completed', 'failed', 'cancelled', 'lost']),
  worker: z.string().nullable(),
  error: failure,
  steps: z.array(step),
  started_at: time,
  ended_at: time,
})
export type Attempt = z.output<typeof attemptSchema>

/** All attempts of a job: those before, and the one in its own row. */
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
