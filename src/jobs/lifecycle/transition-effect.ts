import type { Transaction } from '../../base/db'
import type { Effect, TopicEntries } from '../../streams'
import { transitionEntries } from './entries'
import type { AttemptRow, JobState } from './job'
import { insertAttempts, type JobRef, lockJobs, releaseDedupeKeys, updateJobs } from './job-store'
import { type Change, transition } from './transitions'

export interface TransitionItem extends JobRef {
  change: Change
  /**
   * The job as its run knows it when the flush begins. If that is still so, the row need not be read and locked before
   * it is written.
   */
  known?: () => JobState
}

/** `state`: the job as the whole flush leaves it. Null when there is no such job. */
export type TransitionResult = { applied: boolean; state: JobState } | null

/**
 * Applies what happened to jobs, all of a flush at once: one write, and one read for those that nobody knows, whatever
 * their number. Changes of the same job are applied in the order in which they were committed; those that come too late
 * or twice change nothing.
 */
export const transitionEffect: Effect<TransitionItem, TransitionResult> = {
  // Before `jobs.enqueue`, which locks parents out of order: nothing waits for a job while it holds those.
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
    for (const place of group.places) {
      this.results[place] = null
      this.entries[place] = []
    }
    if (!before) return undefined
    const changed: Changed = { group, state: before, result: undefined, attempts: [], reopened: false }
    const applied = new Set<number>()
    for (const place of group.places) {
      const item = this.items[place]
      const done = item && transition(changed.state, item.change, new Date())
      if (!done) continue
      applied.add(place)
      apply(changed, done)
      this.entries[place] = transitionEntries(changed.state, done.event)
    }
    // Whoever goes on from a result must know all that this flush did to the job, not only its own part.
    const state = applied.size ? { ...changed.state, version: before.version + 1 } : before
    for (const place of group.places) this.results[place] = { applied: applied.has(place), state }
    return applied.size ? changed : undefined
  }
}

function apply(changed: Changed, done: NonNullable<ReturnType<typeof transition>>) {
  changed.state = done.next
  if ('result' in done) changed.result = done.result
  if (done.archived) changed.attempts.push(done.archived)
  if (done.event === 'retried') changed.reopened = true
}
