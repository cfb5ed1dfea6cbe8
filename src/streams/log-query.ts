import { z } from '../base/parse'
import { filterQuery } from './filter'
import { parsePosition } from './position'

/** A place in a topic: a bare seq, or the id of an event. */
const place = z
  .string()
  .max(60)
  .transform((text, context) => {
    const seq = parsePosition(text)?.seq ?? (/^\d{1,15}$/.test(text) ? Number(text) : undefined)
    if (seq !== undefined) return seq
    context.addIssue({ code: 'custom', message: 'This is not a sequence number.' })
    return z.NEVER
  })

const { level, step, attempt, q } = filterQuery

/** Parameters of a page of log lines. */
export const logFields = {
  level,
  step,
  attempt,
  q,
  after: place.optional(),
  before: place.optional(),
  cursor: place.optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(500),
  order: z.enum(['asc', 'desc']).default('asc'),
  format: z.enum(['json', 'text', 'ndjson']).default('json'),
}
export const logQuery = z.strictObject(logFields)
export type LogQuery = z.output<typeof logQuery>

export const lineSchema = z
  .object({
    seq: z.number().int(),
    line: z.number().int(),
    timestamp: z.iso.datetime(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    step: z.string().nullable(),
    attempt: z.number().int().nullable(),
    message: z.string(),
    source: z.string().nullable(),
    data: z.unknown().optional(),
    truncated: z.boolean().optional(),
  })
  .meta({ id: 'LogLine' })

export const logPage = z.object({
  items: z.array(lineSchema),
  next_cursor: z.string().nullable(),
  first_seq: z.number().int(),
  last_seq: z.number().int(),
})
