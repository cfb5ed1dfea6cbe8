import { badRequest } from '../base/errors'
import type { z } from '../base/parse'

/**
 * Cuts a page out of what was read.
 * @param found in order, one more than `limit` when there is a next page
 * @param place what a cursor behind an item holds
 */
export function pageOf<Item>(found: readonly Item[], limit: number, place: (item: Item) => unknown) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next_cursor: found.length > limit && last !== undefined ? writeCursor(place(last)) : null }
}

/** An opaque place in a list. */
export const writeCursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')

/**
 * The place that a cursor holds.
 * @param shape of the places of this list
 * @throws Problem 400 when it is not a cursor of this list
 */
export function readCursor<Place>(cursor: string | undefined, shape: z.ZodType<Place>): Place | undefined {
  if (cursor === undefined) return undefined
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list.' }])
  }
}
