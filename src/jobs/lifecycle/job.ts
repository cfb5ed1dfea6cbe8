import { clean } from '../../../text/display'
import { counted, formatCount } from '../../../text/numbers'
import { z } from '../../base/parse'
import type { Actor } from '../../contract/access'
import {
  type Cancel,
  type JobError,
  type JobOutcome,
  type JobStatus,
  jobStatus,
  outcomeLevel,
  type Step,
} from '../../contract/jobs'
import { ON_FAILURE } from '../kinds/run'

export const ENDED: readonly JobStatus[] = ['completed', 'failed', 'cancelled']
export const hasEnded = (status: JobStatus) => status === 'completed' || status === 'failed' || status === 'cancelled'

export type StepEnding = 'completed' | 'failed' | 'cancelled'

/** The columns of a job that transitions read and write, as the driver returns them: JSON is text. */
export const stateColumns = z.object({
  tenant_id: z.string(),
  id: z.string(),
  kind: z.string(),
  queue: z.string(),
  status: jobStatus,
  attempt: z.number(),
  max_attempts: z.number(),
  run_at: z.date().nullable(),
  outcome_level: outcomeLevel.nullable(),
  outcome_text: z.string().nullable(),
  error: z.string().nullable(),
  progress: z.string().nullable(),
  steps: z.string().nullable(),
  parent_id: z.string().nullable(),
  root_id: z.string(),
  on_failure: z.enum(ON_FAILURE).nullable(),
  worker: z.string().nullable(),
  cancel: z.string().nullable(),
  awaits_children: z.boolean(),
  created_at: z.date(),
  /** From when it could have been started to its first start. */
  waited_ms: z.number().nullable(),
  /** Of the attempt that runs or was last; null between two attempts. */
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  /** How often it was changed. */
  version: z.number(),
})

/** All columns of a job that are read. */
export const jobColumns = stateColumns.extend({
  priority: z.number(),
  input: z.string(),
  result: z.string().nullable(),
  created_by: z.string(),
  reason: z.string().nullable(),
})

/** An attempt that was not the last one. */
export const attemptColumns = z.object({
  tenant_id: z.string(),
  job_id: z.string(),
  attempt: z.number(),
  outcome: z.enum(['failed', 'lost', 'cancelled', 'completed']),
  worker: z.string().nullable(),
  error: z.string().nullable(),
  steps: z.string().nullable(),
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
})

export type StateColumns = z.output<typeof stateColumns>
export type JobColumns = z.output<typeof jobColumns>
export type AttemptColumns = z.output<typeof attemptColumns>

export const progress = z.record(z.string(), z.unknown())
export type Progress = z.output<typeof progress>

interface Decoded {
  /** Also of a job that waits for its children: what its own run came to. */
  outcome: JobOutcome | null
  error: JobError | null
  progress: Progress | null
  steps: Step[]
  cancel: Cancel | null
}

/** The part of a job's row that transitions read and write. */
export type JobState = Omit<StateColumns, keyof Decoded | 'outcome_level' | 'outcome_text'> & Decoded

/** The whole row; `input` and `result` are JSON. */
export type JobRow = JobState & Omit<JobColumns, keyof StateColumns | 'created_by'> & { created_by: Actor }

/** What is told of an outcome: nothing before the end. */
export const shownOutcome = ({ status, outcome }: Pick<JobState, 'status' | 'outcome'>) =>
  hasEnded(status) ? outcome : null

export type AttemptRow = Omit<AttemptColumns, 'error' | 'steps'> & Pick<Decoded, 'error' | 'steps'>

/** The topic with everything that happens to a job. */
export const jobTopic = ({ tenant_id, id }: Pick<JobState, 'tenant_id' | 'id'>) => ({
  tenantId: tenant_id,
  name: `job:${id}`,
})

/** The mark in the fence of a job's topic: entries are accepted from this run only. */
export const fenceMark = ({ attempt, worker }: { attempt: number; worker: string }) => `${attempt}@${worker}`

const CHARACTERS_MAX = 200

/** One line that PostgreSQL can hold: without control characters, and not too long. */
const short = (text: string) => {
  const characters = [...clean(text).trim()]
  return characters.length > CHARACTERS_MAX
    ? `${characters.slice(0, CHARACTERS_MAX - 1).join('')}…`
    : characters.join('')
}

/** An outcome as it is stored and shown. */
export const shortened = ({ level, text }: JobOutcome): JobOutcome => ({ level, text: short(text) })

export const outcomeOfFailure = (error: JobError | null): JobOutcome =>
  shortened({ level: 'bad', text: error?.message || error?.code || 'Failed' })

export const outcomeOfCancel = (cancel: Cancel | null): JobOutcome =>
  shortened({ level: 'warn', text: cancel ? `Cancelled by ${cancel.by.name}: ${cancel.reason}` : 'Cancelled' })

/** Children of a job, as far as their ends say something about it. */
export interface ChildEnds {
  total: number
  failed: number
}

/** A parent whose children failed did not come out well, whatever it returned itself. */
export function outcomeOfParent(own: JobOutcome | null, { total, failed }: ChildEnds): JobOutcome | null {
  if (failed === 0 || own?.level === 'bad') return own
  const level = failed === total ? 'bad' : 'warn'
  return { level, text: `${formatCount(failed)} of ${counted(total, 'child job')} failed` }
}
