import type { Query } from './api'
import type { Context } from './command'
import { wrongUsage } from './exit'

const PAGE_MAX = 500
const LIMIT_MAX = 100_000

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** The option `--limit`. @throws Failure */
export function limitOf(text: string | undefined, standard: number): number {
  if (text === undefined) return standard
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= LIMIT_MAX) return limit
  throw wrongUsage(`--limit must be a number from 1 to ${LIMIT_MAX}, not "${text}".`)
}

/** At most so many items of a list, over as many pages as it takes. */
export async function collect<T>({ api }: Pick<Context, 'api'>, path: string, query: Query, most: number) {
  const found: T[] = []
  let cursor: string | null | undefined
  do {
    const limit = Math.min(PAGE_MAX, most - found.length)
    const page = await api.get<Page<T>>(path, { ...query, limit, cursor: cursor ?? undefined })
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor && found.length < most)
  return { found, isMore: Boolean(cursor) }
}
