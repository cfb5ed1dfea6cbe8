import { pageOf, readCursor } from '../api'
import type { z } from '../base/parse'
import { type byName, plainText } from '../contract/fields'

/** Where a page of a list by name begins. */
export interface NamedPlace {
  after: string | undefined
  q: string | undefined
  limit: number
}

const name = plainText(500)

/** @param list reads the rows of a page and one more, if there is one */
export async function namedPage<Row extends { name: string }>(
  { q, limit, cursor }: z.output<typeof byName>,
  list: (place: NamedPlace) => Promise<Row[]>,
) {
  const found = await list({ after: readCursor(cursor, name), q, limit: limit + 1 })
  return pageOf(found, limit, row => row.name)
}
