import { Batcher } from '../../base/batcher'
import type { Effect, Writer } from '../../streams'

/** Keeps a fleet that connects all at once from filling the flushes, which also carry query results. */
const BATCH_MAX = 200

/** Commits the items of an effect in batches, one after another; an item that fails does not affect the others. */
export function commitInBatches<Item, Result>(streams: Writer, effect: Effect<Item, Result>) {
  const batches = new Batcher<Item, PromiseSettledResult<Result>>(
    items => Promise.allSettled(items.map(item => streams.commit(effect, item))),
    BATCH_MAX,
  )
  return async (item: Item): Promise<Result> => {
    const settled = await batches.ask(item)
    if (settled.status === 'rejected') throw settled.reason
    return settled.value
  }
}
