import { z } from 'zod'

/** A UUID in any case (RFC 9562, section 4). */
export const uuid = z.uuid().toLowerCase()
/** Parameters of `/api/.../{id}`. */
export const byId = z.strictObject({ id: uuid })

/** A time in a reply: RFC 3339, UTC. */
export const time = z.iso.datetime()
/** A time in a request, with any offset. */
export const timeGiven = z.iso.datetime({ offset: true })

const STORABLE = /^[^\0\p{Surrogate}]*$/u
const UNSTORABLE = 'must not contain NUL or lone surrogates'
/** Text that PostgreSQL can store: no NUL, no lone surrogates. */
export const plainText = (max: number) => z.string().min(1, { abort: true }).max(max).regex(STORABLE, UNSTORABLE)

const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u
/** Text with at least one visible character, for names. */
export const visibleText = (max: number) => plainText(max).regex(VISIBLE, 'must contain a visible character')

/** The reason for a change, for the audit log. */
export const reason = z.string().trim().pipe(visibleText(500))
/** The same for a request without a body. */
export const reasonQuery = z.strictObject({ reason: reason.optional() })

/** A query flag: `true`, `1`, `false`, `0`. */
export const flag = z.enum(['true', 'false', '1', '0']).transform(value => value === 'true' || value === '1')
/** `bom=1` of a CSV download: starts it with a byte order mark, by which spreadsheets recognize UTF-8. */
export const bomFlag = flag.default(false)

/** `limit=` and `cursor=` of a list. */
export const paging = ({ defaultLimit = 50, maxLimit = 500 } = {}) => ({
  limit: z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit),
  /** `next_cursor` of the previous page. */
  cursor: z.string().max(2_000).optional(),
})

/** Order of a list by creation: `created` is oldest first. */
export const createdOrder = z.enum(['created', '-created']).default('-created')
export type CreatedOrder = z.output<typeof createdOrder>

/** Query of a list ordered by name. */
export const byName = z.strictObject({ q: z.string().min(1).max(200).optional(), ...paging({ defaultLimit: 100 }) })

/** Several values, comma-separated or as a repeated parameter. */
export const several = <Out>(one: z.ZodType<Out, string>) =>
  z
    .union([z.string().transform(text => text.split(',').filter(Boolean)), z.array(z.string())])
    .pipe(z.array(one).min(1).max(50))

/** A page of a list. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() })
