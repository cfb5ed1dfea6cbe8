import type { Transaction } from '../base/db'
import type { Effect, TopicEntries } from '../streams'
import { transitionEntries } from './entries'
import type { AttemptRow, JobState, JobStatus } from './job'
import { insertAttempts, type JobRef, lockJobs, releaseDedupeKeys, updateJobs } from './store'
import { type Change, transition } from './transitions'

export interface TransitionItem extends JobRef {
  change: Change
  /**
   * The job as its run knows it when the flush begins. If that is still so, the row need not be read and locked before
   * it is written.
   */
  known?: () => JobState
}

/** Null when there is no such job. */
export type TransitionResult = { applied: boolean; status: JobStatus; attempt: number; state: JobState } | null

/**
 * Applies what happened to jobs, all of a flush at once: one write, and one read for those that nobody knows, whatever
 * their number. Changes of the same job are applied in the order in which they were committed; those that come too late
 * or twice change nothing.
 */
export const transitionEffect: Effect<TransitionItem, TransitionResult> = {
  name: 'jobs.transition',
  async apply(trx, items) {
    const batch = new Batch(items)
    await batch.settle(trx, groupByJob(items))
    return batch
  },
}

interface Group {
  ref: JobRef
  known: JobState | undefined
  /** Places in the batch. */
  places: number[]
}

function groupByJob(items: readonly TransitionItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const [place, item] of items.entries()) {
    const group = groups.get(item.id)
    if (group) group.places.push(place)
    else groups.set(item.id, { ref: { tenantId: item.tenantId, id: item.id }, known: item.known?.(), places: [place] })
  }
  // In one order everywhere, so that processes do not wait for each other in a circle.
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
    const doubtful: Group[] = []
    for (const group of groups) {
      const done = this.play(group, group.known ?? locked.get(group.ref.id))
      if (done) changed.push(done)
      else if (group.known) doubtful.push(group)
    }
    const reopened = changed.filter(each => each.reopened).map(({ group }) => group.ref)
    if (reopened.length) await releaseDedupeKeys(trx, reopened)
    const stored = changed.length ? await updateJobs(trx, changed) : new Set<string>()
    const kept = changed.filter(({ group }) => stored.has(group.ref.id))
    const attempts = kept.flatMap(each => each.attempts)
    if (attempts.length) await insertAttempts(trx, attempts)
    // What a run believed was not so (any more): its row decides.
    const again = [...doubtful, ...changed.filter(each => !kept.includes(each)).map(({ group }) => group)]
    if (again.length)
      await this.settle(
        trx,
        again.map(group => ({ ...group, known: undefined })),
      )
  }

  /** All changes of one job; undefined when they change nothing. */
  private play(group: Group, before: JobState | undefined): Changed | undefined {
    const changed: Changed = { group, state: before as JobState, result: undefined, attempts: [], reopened: false }
    let applied = false
    for (const place of group.places) {
      const item = this.items[place]
      const done = before && item && transition(changed.state, item.change, new Date())
      applied ||= done !== undefined
      if (done) apply(changed, done)
      const { state } = changed
      this.results[place] = before
        ? { applied: done !== undefined, status: state.status, attempt: state.attempt, state }
        : null
      this.entries[place] = done ? transitionEntries(state, done.event) : []
    }
    if (!applied || !before) return undefined
    const version = before.version + 1
    for (const place of group.places) {
      const result = this.results[place]
      if (result) this.results[place] = { ...result, state: { ...result.state, version } }
    }
    return changed
  }
}

function apply(changed: Changed, done: NonNullable<ReturnType<typeof transition>>) {
  changed.state = done.next
  if ('result' in done) changed.result = done.result
  if (done.archived) changed.attempts.push(done.archived)
  if (done.event === 'retried') changed.reopened = true
}
