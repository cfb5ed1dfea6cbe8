import type { Effect, TopicEntries } from '../streams'
import { transitionEntries } from './entries'
import { type AttemptRow, hasEnded, type JobState, type JobStatus } from './job'
import { insertAttempts, type JobRef, lockJobs, releaseDedupeKeys, updateJobs } from './store'
import { type Change, transition } from './transitions'

export interface TransitionItem extends JobRef {
  change: Change
}

/** Null when there is no such job. */
export type TransitionResult = { applied: boolean; status: JobStatus; attempt: number } | null

/**
 * Applies what happened to jobs, all of a flush at once: one read, one write, whatever their number. Changes of the
 * same job are applied in the order in which they were committed; those that come too late or twice change nothing.
 */
export const transitionEffect: Effect<TransitionItem, TransitionResult> = {
  name: 'jobs.transition',
  async apply(trx, items) {
    const states = await lockJobs(trx, unique(items))
    const changed = new Map<string, { state: JobState; result: string | null | undefined }>()
    const attempts: AttemptRow[] = []
    const reopened: JobRef[] = []
    const results: TransitionResult[] = []
    const entries: TopicEntries[][] = []
    for (const { id, tenantId, change } of items) {
      const before = changed.get(id)?.state ?? states.get(id)
      const now = new Date()
      const done = before && transition(before, change, now)
      const after = done?.next ?? before
      results.push(after ? { applied: done !== undefined, status: after.status, attempt: after.attempt } : null)
      entries.push(done ? transitionEntries(done.next, done.event) : [])
      if (!done) continue
      const result = 'result' in done ? done.result : changed.get(id)?.result
      changed.set(id, { state: done.next, result })
      if (done.archived) attempts.push(done.archived)
      if (done.event === 'retried') reopened.push({ tenantId, id })
    }
    if (reopened.length) await releaseDedupeKeys(trx, reopened)
    if (changed.size) await updateJobs(trx, [...changed.values()])
    if (attempts.length) await insertAttempts(trx, attempts)
    return { results, entries }
  },
}

function unique(items: readonly JobRef[]): JobRef[] {
  return [...new Map(items.map(item => [item.id, item])).values()]
}

/** Whether nothing more is to be expected of a job after this result. */
export const isOver = (result: TransitionResult) => result === null || hasEnded(result.status)
