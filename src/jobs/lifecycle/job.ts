import type { Actor } from '../../contract/access'
import type { Cancel, JobError, JobStatus, Step } from '../../contract/jobs'
import type { OnFailure } from '../kinds/run'

export const ENDED: readonly JobStatus[] = ['completed', 'failed', 'cancelled']
export const hasEnded = (status: JobStatus) => status === 'completed' || status === 'failed' || status === 'cancelled'

export type StepEnding = 'completed' | 'failed' | 'cancelled'

export type Progress = Record<string, unknown>

/** What changes in the life of a job: the part of its row that transitions read and write. */
export interface JobState {
  tenant_id: string
  id: string
  kind: string
  queue: string
  status: JobStatus
  attempt: number
  max_attempts: number
  run_at: Date | null
  error: JobError | null
  progress: Progress | null
  steps: Step[]
  parent_id: string | null
  root_id: string
  on_failure: OnFailure | null
  worker: string | null
  cancel: Cancel | null
  awaits_children: boolean
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
  /** How often it was changed. */
  version: number
}

/** The whole row. */
export interface JobRow extends JobState {
  priority: number
  /** JSON. */
  input: string
  /** JSON. */
  result: string | null
  created_by: Actor
  reason: string | null
}

/** An attempt that was not the last one. */
export interface AttemptRow {
  tenant_id: string
  job_id: string
  attempt: number
  outcome: 'failed' | 'lost' | 'cancelled' | 'completed'
  worker: string | null
  error: JobError | null
  steps: Step[]
  started_at: Date | null
  ended_at: Date | null
}

/** The topic that holds everything that happens to a job. */
export const jobTopic = ({ tenant_id, id }: Pick<JobState, 'tenant_id' | 'id'>) => ({
  tenantId: tenant_id,
  name: `job:${id}`,
})

/** The fence of a job's topic: what its run writes is taken as long as the job is in the hands of that run. */
export const fenceOf = ({ attempt, worker }: { attempt: number; worker: string }) => `${attempt}@${worker}`
