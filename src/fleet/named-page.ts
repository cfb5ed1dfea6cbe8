import { pageOf, readCursor } from '../api'
import type { z } from '../base/parse'
import { type byName, plainText } from '../contract/fields'

/** A page of a list that is ordered by name. */
export interface NamePage {
  after: string | undefined
  q: string | undefined
  limit: number
}

const name = plainText(500)

/** Answers a page of a list by name. @param list reads the rows of a page, and one more if there is one */
export async function namedPage<Row extends { name: string }>(
  { q, limit, cursor }: z.output<typeof byName>,
  list: (page: NamePage) => Promise<Row[]>,
) {
  const found = await list({ after: readCursor(cursor, name), q, limit: limit + 1 })
  return pageOf(found, limit, row => row.name)
}
