import type { Transaction } from '../../base/db'
import { Problem } from '../../base/errors'
import type { Effect, TopicEntries, Writer } from '../../streams'
import { lockChanges } from './monitor-store'

/** A change that people make, in the transaction of a flush, with the events about it. */
export type Change<Result> = (trx: Transaction) => Promise<{ result: Result; entries: TopicEntries[] }>

/** What a change refuses is a result, because what is thrown would undo the changes of others in the same flush. */
type Changed = { result: unknown } | { problem: Problem }

const changeEffect: Effect<Change<unknown>, Changed> = {
  name: 'monitors.change',
  async apply(trx, items) {
    await lockChanges(trx)
    const results: Changed[] = []
    const entries: TopicEntries[][] = []
    for (const change of items) {
      const applied = await trx.transaction(change).catch(problemOf)
      results.push(applied)
      entries.push('problem' in applied ? [] : applied.entries)
    }
    return { results, entries }
  },
}

function problemOf(error: unknown): { problem: Problem } {
  if (error instanceof Problem) return { problem: error }
  throw error
}

/**
 * Applies a change with its events and alerts in one commit.
 * @throws Problem that the change throws; then nothing has changed
 */
export async function commitChange<Result>(streams: Pick<Writer, 'commit'>, change: Change<Result>): Promise<Result> {
  const changed = await streams.commit(changeEffect, change as Change<unknown>)
  if ('problem' in changed) throw changed.problem
  return changed.result as Result
}
