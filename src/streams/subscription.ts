import { badRequest } from '../base/errors'
import type { StreamQuery } from '../contract/streams'
import { createFilter, type Filter, labelsOf } from './filter'
import type { Start } from './hub'
import { parseComposite, parsePosition } from './position'

/** What a client wants to read. */
export interface Subscription {
  filter: Filter
  /** One start per topic. */
  starts: Start[]
}

/**
 * Reads the filter and the positions of a stream request.
 * @param header the Last-Event-ID header: an unreadable one is answered with a reset, because a 400 would end a
 * browser's EventSource for good
 * @throws Problem 400 for an unreadable id in the query
 */
export function readSubscription(
  topics: readonly string[],
  query: StreamQuery,
  header: string | undefined,
): Subscription {
  const filter = createFilter(query, labelsOf(query))
  // For one topic both forms of id are accepted, so that a client may change its transport.
  const read = (id: string) => parseComposite(topics, id) ?? (topics.length === 1 ? one(parsePosition(id)) : undefined)
  const name = query.last_event_id !== undefined ? 'last_event_id' : 'after'
  const given = header || query[name]
  if (!given) return { filter, starts: topics.map(() => ({ limit: query.limit })) }
  const positions = read(given)
  if (!positions && !header)
    throw badRequest([
      { path: `query.${name}`, message: 'This is not an id of this stream. Use the id of an event, or leave it out.' },
    ])
  const resumeOf = (at: number) => (positions ? (positions[at] ?? undefined) : 'unreadable')
  return { filter, starts: topics.map((_, at) => ({ resume: resumeOf(at), limit: query.limit })) }
}

const one = <T>(value: T | undefined) => (value === undefined ? undefined : [value])
