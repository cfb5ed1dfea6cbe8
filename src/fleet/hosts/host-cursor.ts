import { readCursor } from '../../api'
import { badRequest } from '../../base/errors'
import { z } from '../../base/parse'
import { plainText, uuid } from '../../contract/fields'
import { type HostSort, hostSort } from '../../contract/hosts'
import type { HostPosition, Sort, SortField } from './host-list-store'

export function sortOf(name: HostSort): Sort {
  const descending = name.startsWith('-')
  return { descending, field: (descending ? name.slice(1) : name) as SortField }
}

const position = z.tuple([hostSort, plainText(1_000).or(z.literal('')), uuid])
/** Seconds since 1970, to the microsecond. */
const TIME = /^\d{1,12}(\.\d{1,6})?$/

/** The content of a cursor. It includes the order, because a position is valid in one order only. */
export const cursorOf = (sort: HostSort, { sorted_by, id }: { sorted_by: string; id: string }) =>
  [sort, sorted_by, id] satisfies z.input<typeof position>

/** @throws Problem 400 if the cursor is not from a list of hosts in this order */
export function positionOf(cursor: string | undefined, sort: HostSort): HostPosition | undefined {
  const found = readCursor(cursor, position)
  if (!found) return undefined
  const [order, value, id] = found
  if (order === sort && (!sort.endsWith('_at') || TIME.test(value))) return { value, id }
  throw badRequest([{ path: 'query.cursor', message: 'This cursor is from another list or another order.' }])
}
