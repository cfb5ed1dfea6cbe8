import { Batcher } from '../../base/batcher'
import type { Effect, Writer } from '../../streams'

/** A whole fleet may come at once: it is let into the flushes bit by bit, which results of queries go into as well. */
const FLUSH_MAX = 200

/** Commits items of an effect so many at a time; one that fails fails alone. */
export function commitInTurns<Item, Result>(streams: Writer, effect: Effect<Item, Result>) {
  const turns = new Batcher<Item, PromiseSettledResult<Result>>(
    items => Promise.allSettled(items.map(item => streams.commit(effect, item))),
    FLUSH_MAX,
  )
  return async (item: Item): Promise<Result> => {
    const settled = await turns.ask(item)
    if (settled.status === 'rejected') throw settled.reason
    return settled.value
  }
}
