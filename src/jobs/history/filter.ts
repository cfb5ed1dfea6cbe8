import { isUuid } from '../../base/ids'
import { flag, pageSize, uuid, z } from '../../base/parse'
import { QUEUE_NAMES } from '../kinds/queues'
import { STATUSES } from '../lifecycle/job'

const PAGE = 50
const PAGE_MAX = 500
/** Several values, separated by commas or given as a list. */
const several = <Out>(one: z.ZodType<Out, string>) =>
  z
    .union([z.string().transform(text => text.split(',').filter(Boolean)), z.array(z.string())])
    .pipe(z.array(one).min(1).max(50))

const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\0]*$/, 'may not contain NUL')
    .refine(s => s.isWellFormed(), 'is not well-formed')

/** Selects jobs of a tenant; lists and bulk actions take the same fields. */
export const filterFields = {
  status: several(z.enum(STATUSES)).optional(),
  kind: several(text(64)).optional(),
  queue: several(z.enum(QUEUE_NAMES)).optional(),
  /** In kind, id, input, error, reason. */
  q: text(200).optional(),
  parent_id: uuid.optional(),
  root_id: uuid.optional(),
  /** Id or name of its creator. */
  actor: text(200).optional(),
  /** Failed jobs of one cause, see `GET /api/failures`. */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/, 'is not the fingerprint of a failure')
    .optional(),
  /** Created at or after. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Created before. */
  until: z.iso.datetime({ offset: true }).optional(),
  /** Only jobs without a parent. */
  roots: z.union([z.boolean(), flag]).optional(),
}

export const filterSchema = z.strictObject({ ...filterFields, ids: z.array(uuid).min(1).max(1_000).optional() })
export type JobFilter = z.output<typeof filterSchema>

/**
 * What a bulk action is done to. A filter that was forgotten, or whose fields got lost, must not mean everything: that is said by `all`.
 */
export const bulkFilter = filterSchema.extend({ all: z.literal(true).optional() }).superRefine((filter, context) => {
  const narrowing = Object.entries(filter).filter(([name, value]) => name !== 'all' && value !== false)
  if (filter.all ? narrowing.length === 0 : narrowing.length > 0) return
  const message = filter.all
    ? 'all stands alone: leave out the other fields, or all.'
    : 'Say which jobs are meant, or {"all": true}.'
  context.addIssue({ code: 'custom', message })
})

/** An opaque place in a list: the id of the last job seen. */
export const cursorSchema = z
  .string()
  .max(100)
  .transform((given, context) => {
    const id = Buffer.from(given, 'base64url').toString('latin1')
    if (isUuid(id) && encodeCursor(id) === given) return id
    context.addIssue({ code: 'custom', message: 'is not a cursor of this list' })
    return z.NEVER
  })

export const encodeCursor = (id: string) => Buffer.from(id, 'latin1').toString('base64url')

export const listQuery = z.strictObject({
  ...filterFields,
  limit: pageSize(PAGE, PAGE_MAX),
  cursor: cursorSchema.optional(),
})
export type ListQuery = z.output<typeof listQuery>
