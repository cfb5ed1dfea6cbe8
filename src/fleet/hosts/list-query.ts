import { plainText } from '../../access'
import { badRequest } from '../../base/errors'
import { pageSize, z } from '../../base/parse'
import { HOST_STATUSES } from './host'
import { type Place, SORT_FIELDS, type Sort, type SortField } from './host-list-store'

const sorts = SORT_FIELDS.flatMap(field => [field, `-${field}`] as const)

export const hostsQuery = z.strictObject({
  status: z.enum(HOST_STATUSES).optional(),
  q: plainText(200).optional(),
  platform: plainText(64).optional(),
  label: plainText(200).optional(),
  sort: z.enum(sorts).default('hostname'),
  limit: pageSize(100, 500),
  cursor: z.string().max(2_000).optional(),
})

export function sortOf(name: string): Sort {
  const descending = name.startsWith('-')
  return { descending, field: (descending ? name.slice(1) : name) as SortField }
}

const place = z.tuple([z.enum(sorts), plainText(1_000).or(z.literal('')), z.uuid()])
/** Seconds since 1970, to the microsecond. */
const TIME = /^\d{1,12}(\.\d{1,6})?$/

/** An opaque place in a list: it holds the order that it belongs to. */
export const encodePlace = (sort: string, { value, id }: Place) =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url')

/** @throws Problem 400 when it is of another order, or none of ours */
export function placeOf(cursor: string | undefined, sort: string): Place | undefined {
  if (cursor === undefined) return undefined
  try {
    const [of, value, id] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (of === sort && (!sort.endsWith('_at') || TIME.test(value))) return { value, id }
  } catch {
    // said below
  }
  throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list in this order.' }])
}
