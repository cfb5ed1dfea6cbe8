import type { Job, JobStatus } from '../../src/contract/jobs'
import { formatCount } from '../../text/numbers'

/** In the order in which they are shown. */
export const STATES: readonly JobStatus[] = ['running', 'pending', 'scheduled', 'completed', 'failed', 'cancelled']

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** What a job is about, in a few words: its address, name or first input value. */
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

/** Share done, 0 to 1, when the job tells one: a number of percent, or a count of a total. */
export function shareDone(progress: unknown): number | null {
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
 * From when to when a job ran, in ms since 1970; up to now while it runs, null before. The steps count, too: a job that is over
 * in a moment is stored in one go, and its own two times are then the same.
 */
export function runOf({ started_at, ended_at, steps }: Spanned, now: number): { from: number; to: number } | null {
  if (started_at === null) return null
  const begun = steps.flatMap(step => (step.started_at === null ? [] : [Date.parse(step.started_at)]))
  const over = steps.flatMap(step => (step.ended_at === null ? [] : [Date.parse(step.ended_at)]))
  const from = Math.min(Date.parse(started_at), ...begun)
  return { from, to: ended_at === null ? Math.max(now, from) : Math.max(Date.parse(ended_at), ...over) }
}

/** How long it ran, in ms; null before. */
export function ranMs(job: Spanned, now: number): number | null {
  const run = runOf(job, now)
  return run && run.to - run.from
}
