import { badRequest } from '../base/errors'
import type { z } from '../base/parse'

/**
 * Builds a page from the rows read.
 * @param found in order, with one more than `limit` if there is a next page
 * @param place the position of an item, which becomes the cursor
 */
export function pageOf<Item>(found: readonly Item[], limit: number, place: (item: Item) => unknown) {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next_cursor: found.length > limit && last !== undefined ? writeCursor(place(last)) : null }
}

/** Encodes a position in a list as an opaque cursor. */
export const writeCursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')

/**
 * Decodes a cursor.
 * @param shape shape of the positions of this list
 * @throws Problem 400 if it is not a cursor of this list
 */
export function readCursor<Place>(cursor: string | undefined, shape: z.ZodType<Place>): Place | undefined {
  if (cursor === undefined) return undefined
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw badRequest([{ path: 'query.cursor', message: 'The cursor is not valid for this list.' }])
  }
}
