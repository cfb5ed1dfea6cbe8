import { wrongUsage } from './exit'

const PAGE_MAX = 500
const LIMIT_MAX = 100_000

export interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** The option `--limit`. @throws Failure */
export function limitOf(text: string | undefined, defaultLimit: number): number {
  if (text === undefined) return defaultLimit
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= LIMIT_MAX) return limit
  throw wrongUsage(`--limit must be a number from 1 to ${LIMIT_MAX}, not "${text}".`)
}

/**
 * Reads a list page by page, up to `max` items.
 * @param read reads one page
 */
export async function collect<T>(max: number, read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>) {
  const found: T[] = []
  let cursor: string | null | undefined
  do {
    const limit = Math.min(PAGE_MAX, max - found.length)
    const page: Page<T> = await read({ limit, ...(cursor && { cursor }) })
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor && found.length < max)
  return { found, isMore: Boolean(cursor) }
}
