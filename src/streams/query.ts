import { badRequest } from '../base/errors'
import { z } from '../base/parse'
import { createFilter, type Filter, type FilterQuery, filterQuery, labelsOf } from './filter'
import type { Start } from './hub'
import { parseComposite, parsePosition } from './position'

const LIMIT_STANDARD = 100
const LIMIT_MOST = 10_000

export const topicName = z
  .string()
  .regex(/^[a-z]+(:[A-Za-z0-9._-]{1,100})?$/, 'This is not the name of a topic, such as job:<id> or events.')

/** Parameters that every stream takes, whatever its transport. */
export const streamFields = {
  ...filterQuery,
  limit: z.union([z.literal('all'), z.coerce.number().int().min(0).max(LIMIT_MOST)]).default(LIMIT_STANDARD),
  after: z.string().max(4_000).optional(),
  last_event_id: z.string().max(4_000).optional(),
}

/** An object schema that also lets `label.<name>=` through, and nothing else that is unknown. */
export function withLabels<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape).superRefine((query, context) => {
    for (const key of Object.keys(query))
      if (!(key in shape) && !labelsOf({ [key]: query[key] }).length)
        context.addIssue({ code: 'custom', path: [key], message: 'This parameter is not known.' })
  })
}

export type StreamQuery = FilterQuery & {
  limit: number | 'all'
  after?: string | undefined
  last_event_id?: string | undefined
}

export interface Wish {
  filter: Filter
  /** One start per topic. */
  starts: Start[]
}

/**
 * What a client wants to read.
 * @param header the Last-Event-ID header: an unreadable one is answered with a reset, because a 400 would end a
 * browser's EventSource for good
 * @throws Problem 400 for an unreadable id in the query
 */
export function readWish(topics: readonly string[], query: StreamQuery, header: string | undefined): Wish {
  const filter = createFilter(query, labelsOf(query))
  // With one topic both forms are understood, so that a client may change its transport.
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
