import { badRequest } from '../base/errors'
import { pageSize, z } from '../base/parse'

/** Parameters of a list by name. */
export const namedQuery = z.strictObject({
  q: z.string().min(1).max(200).optional(),
  limit: pageSize(100, 500),
  cursor: z.string().max(2_000).optional(),
})

export interface NamedPlace {
  after: string | undefined
  q: string | undefined
  limit: number
}

/** @param list one more than asked for tells whether there is a next page */
export async function namedPage<Row extends { name: string }>(
  { q, limit, cursor }: z.output<typeof namedQuery>,
  list: (place: NamedPlace) => Promise<Row[]>,
) {
  const found = await list({ after: nameOf(cursor), q, limit: limit + 1 })
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const next_cursor = found.length > limit && last ? Buffer.from(last.name).toString('base64url') : null
  return { items, next_cursor }
}

function nameOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const name = Buffer.from(cursor, 'base64url').toString()
  if (name !== '' && !name.includes('\0') && Buffer.from(name).toString('base64url') === cursor) return name
  throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list.' }])
}
