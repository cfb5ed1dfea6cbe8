import type { Actor } from '../../contract/access'
import { fingerprintOf } from './fingerprint'
import type { JobRow, JobState } from './job'

type Encoded = 'error' | 'progress' | 'steps' | 'cancel'

/** A row as the database driver gives it: JSON columns are text. */
export type StoredState = Omit<JobState, Encoded> & Record<Encoded, string | null>
export type StoredRow = StoredState & Omit<JobRow, keyof JobState | 'created_by'> & { created_by: string }

const json = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T))

export function readState(row: StoredState): JobState {
  const { error, progress, steps, cancel } = row
  return {
    ...row,
    error: json(error),
    progress: json(progress),
    steps: json<JobState['steps']>(steps) ?? [],
    cancel: json(cancel),
  }
}

export const readRow = (row: StoredRow): JobRow => ({
  ...row,
  ...readState(row),
  created_by: JSON.parse(row.created_by) as Actor,
})

const text = (value: unknown) => (value === null ? null : JSON.stringify(value))

/** What transitions change, in the shape that `json_to_recordset` reads. */
export const storedChange = (job: JobState, result: string | null | undefined) => ({
  tenant_id: job.tenant_id,
  id: job.id,
  version: job.version,
  status: job.status,
  attempt: job.attempt,
  max_attempts: job.max_attempts,
  run_at: job.run_at,
  error: text(job.error),
  fingerprint: job.status === 'failed' && job.error ? fingerprintOf(job.kind, job.error) : null,
  progress: text(job.progress),
  steps: job.steps.length ? JSON.stringify(job.steps) : null,
  worker: job.worker,
  cancel: text(job.cancel),
  awaits_children: job.awaits_children,
  started_at: job.started_at,
  ended_at: job.ended_at,
  result: result ?? null,
  with_result: result !== undefined,
})

export const storedRow = (row: JobRow, dedupeKey: string | null) => ({
  ...storedChange(row, row.result),
  kind: row.kind,
  queue: row.queue,
  priority: row.priority,
  input: row.input,
  parent_id: row.parent_id,
  root_id: row.root_id,
  on_failure: row.on_failure,
  dedupe_key: dedupeKey,
  created_by: JSON.stringify(row.created_by),
  reason: row.reason,
  created_at: row.created_at,
})
