import type { Transaction } from '../../base/db'
import type { Effect, TopicEntries } from '../../streams'
import { transitionEntries } from './entries'
import type { AttemptRow, JobState } from './job'
import { insertAttempts, type JobRef, lockJobs, releaseDedupeKeys, updateJobs } from './job-store'
import { type Change, transition } from './transitions'

export interface TransitionItem extends JobRef {
  change: Change
  /** The job as its run knows it when the flush begins. If it is up to date, the row is written without a read. */
  known?: () => JobState
}

/** `state`: the job after the whole flush. Null if there is no such job. */
export type TransitionResult = { applied: boolean; state: JobState } | null

/**
 * Applies the changes of a flush to their jobs: with one write, and one read for the jobs whose state is not known,
 * whatever their number. Changes of the same job are applied in the order in which they were committed; late and
 * repeated ones change nothing.
 */
export const transitionEffect: Effect<TransitionItem, TransitionResult> = {
  // Sorts before `jobs.enqueue`, which locks parents out of order and must not hold those while waiting for other jobs.
  name: 'jobs.change',
  async apply(trx, items) {
    const batch = new Batch(items)
    await batch.settle(trx, groupByJob(items))
    return batch
  },
}

interface Group {
  ref: JobRef
  known: JobState | undefined
  /** Of its items in the batch. */
  indexes: number[]
}

function groupByJob(items: readonly TransitionItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const [index, item] of items.entries()) {
    const group = groups.get(item.id)
    if (group) group.indexes.push(index)
    else groups.set(item.id, { ref: { tenantId: item.tenantId, id: item.id }, known: item.known?.(), indexes: [index] })
  }
  // Sorted in all processes, so that they do not deadlock.
  return [...groups.values()].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1))
}

interface Changed {
  group: Group
  /** With the version that was read. */
  state: JobState
  result: string | null | undefined
  attempts: AttemptRow[]
  reopened: boolean
}

class Batch {
  readonly results: TransitionResult[]
  readonly entries: TopicEntries[][]

  constructor(private readonly items: readonly TransitionItem[]) {
    this.results = items.map(() => null)
    this.entries = items.map(() => [])
  }

  async settle(trx: Transaction, groups: readonly Group[]): Promise<void> {
    const unknown = groups.filter(group => !group.known).map(({ ref }) => ref)
    const locked = unknown.length ? await lockJobs(trx, unknown) : new Map<string, JobState>()
    const changed: Changed[] = []
    const outdated: Group[] = []
    for (const group of groups) {
      const done = this.applyChanges(group, group.known ?? locked.get(group.ref.id))
      if (done) changed.push(done)
      else if (group.known) outdated.push(group)
    }
    const reopened = changed.filter(each => each.reopened).map(({ group }) => group.ref)
    if (reopened.length) await releaseDedupeKeys(trx, reopened)
    const stored = changed.length ? await updateJobs(trx, changed) : new Set<string>()
    const kept = changed.filter(({ group }) => stored.has(group.ref.id))
    const attempts = kept.flatMap(each => each.attempts)
    if (attempts.length) await insertAttempts(trx, attempts)
    // What these runs knew was outdated: read their rows and apply the changes again.
    const again = [...outdated, ...changed.filter(each => !kept.includes(each)).map(({ group }) => group)]
    if (again.length)
      await this.settle(
        trx,
        again.map(group => ({ ...group, known: undefined })),
      )
  }

  /** Applies all changes of one job. @returns undefined if they change nothing */
  private applyChanges(group: Group, before: JobState | undefined): Changed | undefined {
    for (const index of group.indexes) {
      this.results[index] = null
      this.entries[index] = []
    }
    if (!before) return undefined
    const changed: Changed = { group, state: before, result: undefined, attempts: [], reopened: false }
    const applied = new Set<number>()
    for (const index of group.indexes) {
      const item = this.items[index]
      const done = item && transition(changed.state, item.change, new Date())
      if (!done) continue
      applied.add(index)
      apply(changed, done)
      this.entries[index] = transitionEntries(changed.state, done.event)
    }
    // Each result has the state after the whole flush, because callers continue from it.
    const state = applied.size ? { ...changed.state, version: before.version + 1 } : before
    for (const index of group.indexes) this.results[index] = { applied: applied.has(index), state }
    return applied.size ? changed : undefined
  }
}

function apply(changed: Changed, done: NonNullable<ReturnType<typeof transition>>) {
  changed.state = done.next
  if ('result' in done) changed.result = done.result
  if (done.archived) changed.attempts.push(done.archived)
  if (done.event === 'retried') changed.reopened = true
}
