import { readCursor } from '../../api'
import { badRequest } from '../../base/errors'
import { z } from '../../base/parse'
import { plainText, uuid } from '../../contract/fields'
import { type HostSort, hostSort } from '../../contract/hosts'
import type { Place, Sort, SortField } from './host-list-store'

export function sortOf(name: HostSort): Sort {
  const descending = name.startsWith('-')
  return { descending, field: (descending ? name.slice(1) : name) as SortField }
}

const place = z.tuple([hostSort, plainText(1_000).or(z.literal('')), uuid])
/** Seconds since 1970, to the microsecond. */
const TIME = /^\d{1,12}(\.\d{1,6})?$/

/** What a cursor holds: a place is valid in one order only. */
export const cursorOf = (sort: HostSort, { sorted_by, id }: { sorted_by: string; id: string }) =>
  [sort, sorted_by, id] satisfies z.input<typeof place>

/** @throws Problem 400 when the cursor is of a list in another order, or of no list of hosts */
export function placeOf(cursor: string | undefined, sort: HostSort): Place | undefined {
  const found = readCursor(cursor, place)
  if (!found) return undefined
  const [order, value, id] = found
  if (order === sort && (!sort.endsWith('_at') || TIME.test(value))) return { value, id }
  throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list in this order.' }])
}
