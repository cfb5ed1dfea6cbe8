import type { RetentionTarget, Term } from '../base/retention'

const DAY_MS = 86_400_000

/** A retention period as configured. */
export interface TermSetting {
  /** Name of the environment variable. */
  setting: string
  days: number
  /** False for the default. */
  given: boolean
}

/** How long a target is kept, and what sets it. */
export interface Policy {
  target: RetentionTarget
  keepMs: number
  source: 'setting' | 'default' | 'fixed'
  setting: string | null
}

/** @throws Error if two targets share a name */
export function policiesOf(targets: readonly RetentionTarget[], terms: Record<Term, TermSetting>): Policy[] {
  const names = new Set(targets.map(({ name }) => name))
  if (names.size !== targets.length) throw new Error('Two retention targets share a name')
  return targets.map(target => {
    if ('fixedMs' in target.keep) return { target, keepMs: target.keep.fixedMs, source: 'fixed', setting: null }
    const { setting, days, given } = terms[target.keep.term]
    return { target, keepMs: days * DAY_MS, source: given ? 'setting' : 'default', setting }
  })
}

/** Everything before this is past its retention period. */
export const cutoff = ({ keepMs }: Policy, now: Date) => new Date(now.getTime() - keepMs)

/** How long the oldest item is overdue for removal, in seconds; grows while no sweep runs. */
export function lagSeconds({ keepMs, target }: Policy, oldest: Date | null, now: Date): number {
  if (!oldest) return 0
  return Math.max(0, now.getTime() - keepMs - (target.grainMs ?? 0) - oldest.getTime()) / 1000
}
