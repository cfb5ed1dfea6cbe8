import type { Job, JobStatus } from '../../src/contract/jobs'
import { formatCount } from '../../text/numbers'

/** All statuses, in display order. */
export const STATES: readonly JobStatus[] = ['running', 'pending', 'scheduled', 'completed', 'failed', 'cancelled']

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** A short description of a job: its URL, name or first input value. */
export function subjectOf({ input, kind }: Pick<Job, 'input' | 'kind'>): string {
  if (input === null || typeof input !== 'object') return ''
  const fields = input as Record<string, unknown>
  if (kind === 'demo' && Array.isArray(fields.steps)) return demoSubject(fields.steps)
  for (const name of ['url', 'name', 'target', 'sql', 'seeds', 'id']) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
    if (Array.isArray(value) && typeof value[0] === 'string') return value[0]
  }
  return (Object.values(fields).find(value => typeof value === 'string') as string | undefined) ?? ''
}

function demoSubject(steps: Array<{ name?: string; workers?: number; lines?: number }>) {
  const lines = steps.reduce((sum, step) => sum + (step.workers ?? 1) * (step.lines ?? 0), 0)
  return `${steps.map(step => step.name).join(', ')} · ${formatCount(lines)} lines`
}

/** Progress from 0 to 1, from a percentage or a count; null if the job reports neither. */
export function progressOf(progress: unknown): number | null {
  if (typeof progress === 'number') return clamp(progress / 100)
  if (progress === null || typeof progress !== 'object') return null
  const { percent, done, total } = progress as { percent?: unknown; done?: unknown; total?: unknown }
  if (typeof percent === 'number') return clamp(percent / 100)
  if (typeof done === 'number' && typeof total === 'number' && total > 0) return clamp(done / total)
  return null
}

const clamp = (share: number) => Math.min(1, Math.max(0, share))

type Spanned = Pick<Job, 'started_at' | 'ended_at' | 'steps'>

/**
 * When a job ran, in ms since 1970: until now while it is running, null before it starts. Includes the times of its
 * steps, because a very short job is stored in one transaction, with the same start and end time.
 */
export function runOf({ started_at, ended_at, steps }: Spanned, now: number): { from: number; to: number } | null {
  if (started_at === null) return null
  const starts = steps.flatMap(step => (step.started_at === null ? [] : [Date.parse(step.started_at)]))
  const ends = steps.flatMap(step => (step.ended_at === null ? [] : [Date.parse(step.ended_at)]))
  const from = Math.min(Date.parse(started_at), ...starts)
  return { from, to: ended_at === null ? Math.max(now, from) : Math.max(Date.parse(ended_at), ...ends) }
}

/** How long a job ran, in ms; null before it starts. */
export function runDurationMs(job: Spanned, now: number): number | null {
  const run = runOf(job, now)
  return run && run.to - run.from
}
