import type { Topic } from './entry'
import type { Hub, Joined, ReaderOptions } from './hub'
import type { Sink } from './reader'
import type { Subscription } from './subscription'

/** Attaches a reader to each topic. If one fails, the others are closed. */
export async function joinAll(
  hub: Hub,
  topics: Topic[],
  { filter, starts, role }: Subscription & Pick<ReaderOptions, 'role'>,
  sink: Sink,
): Promise<Joined[]> {
  const outcomes = await Promise.allSettled(
    topics.map((topic, i) => hub.join(topic, { filter, role }, starts[i] ?? { limit: 0 }, sink)),
  )
  const joined = outcomes.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = outcomes.find(each => each.status === 'rejected')
  if (!failed) return joined
  for (const { reader } of joined) reader.close()
  throw failed.reason
}
