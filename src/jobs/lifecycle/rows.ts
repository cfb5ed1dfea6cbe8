import { encodedArray, plainArray } from '../../base/array-literal'
import { z } from '../../base/parse'
import { storedJson } from '../../base/rows'
import { actor } from '../../contract/access'
import { cancel, jobError, step } from '../../contract/jobs'
import { causeFingerprint } from './fingerprint'
import {
  type AttemptColumns,
  type AttemptRow,
  type JobColumns,
  type JobRow,
  type JobState,
  progress,
  type StateColumns,
} from './job'

const steps = z.array(step)

const jsonOrNull = <Value>(schema: z.ZodType<Value>, text: string | null) =>
  text === null ? null : storedJson(schema, text)

export const readCancel = (text: string | null) => jsonOrNull(cancel, text)

export const readOutcome = ({
  outcome_level: level,
  outcome_text: text,
}: Pick<StateColumns, 'outcome_level' | 'outcome_text'>) => (level === null ? null : { level, text: text ?? '' })

export const readState = ({ outcome_level, outcome_text, ...row }: StateColumns): JobState => ({
  ...row,
  outcome: readOutcome({ outcome_level, outcome_text }),
  error: jsonOrNull(jobError, row.error),
  progress: jsonOrNull(progress, row.progress),
  steps: jsonOrNull(steps, row.steps) ?? [],
  cancel: readCancel(row.cancel),
})

export const readRow = ({ input, result, priority, created_by, reason, ...state }: JobColumns): JobRow => ({
  ...readState(state),
  ...{ input, result, priority, reason },
  created_by: storedJson(actor, created_by),
})

export const readAttempt = (row: AttemptColumns): AttemptRow => ({
  ...row,
  error: jsonOrNull(jobError, row.error),
  steps: jsonOrNull(steps, row.steps) ?? [],
})

const text = (value: unknown) => (value === null ? null : JSON.stringify(value))

/** The columns that transitions change. */
export const storedChange = (job: JobState, result: string | null | undefined) => ({
  tenant_id: job.tenant_id,
  id: job.id,
  version: job.version,
  status: job.status,
  attempt: job.attempt,
  max_attempts: job.max_attempts,
  run_at: job.run_at,
  outcome_level: job.outcome?.level ?? null,
  outcome_text: job.outcome?.text ?? null,
  error: text(job.error),
  fingerprint: causeFingerprint(job),
  progress: text(job.progress),
  steps: job.steps.length ? text(job.steps) : null,
  worker: job.worker,
  cancel: text(job.cancel),
  awaits_children: job.awaits_children,
  waited_ms: job.waited_ms,
  started_at: job.started_at,
  ended_at: job.ended_at,
  result: result ?? null,
  with_result: result !== undefined,
})

/** The same, column by column, in the same order. */
export function changeColumns(changes: readonly ReturnType<typeof storedChange>[]) {
  const times = (column: 'run_at' | 'started_at' | 'ended_at') =>
    plainArray(changes.map(change => change[column]?.toISOString() ?? null))
  return [
    plainArray(changes.map(({ tenant_id }) => tenant_id)),
    plainArray(changes.map(({ id }) => id)),
    plainArray(changes.map(({ version }) => version)),
    plainArray(changes.map(({ status }) => status)),
    plainArray(changes.map(({ attempt }) => attempt)),
    plainArray(changes.map(({ max_attempts }) => max_attempts)),
    times('run_at'),
    plainArray(changes.map(({ outcome_level }) => outcome_level)),
    changes.map(({ outcome_text }) => outcome_text),
    encodedArray(changes.map(({ error }) => error)),
    changes.map(({ fingerprint }) => fingerprint),
    encodedArray(changes.map(({ progress }) => progress)),
    encodedArray(changes.map(({ steps }) => steps)),
    changes.map(({ worker }) => worker),
    encodedArray(changes.map(({ cancel }) => cancel)),
    plainArray(changes.map(({ awaits_children }) => awaits_children)),
    plainArray(changes.map(({ waited_ms }) => waited_ms)),
    times('started_at'),
    times('ended_at'),
    encodedArray(changes.map(({ result }) => result)),
    plainArray(changes.map(({ with_result }) => with_result)),
  ]
}

export const storedAttempt = (attempt: AttemptRow): AttemptColumns => ({
  ...attempt,
  error: text(attempt.error),
  steps: attempt.steps.length ? text(attempt.steps) : null,
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
