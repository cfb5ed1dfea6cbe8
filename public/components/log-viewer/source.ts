import { api } from '../../api'
import type { LogLine } from '../../client'

export interface Page {
  items: LogLine[]
  next_cursor: string | null
  first_seq: number
  last_seq: number
}

export interface PageQuery {
  after?: number
  before?: number
  limit: number
  order?: 'asc' | 'desc'
  level?: string
  step?: string
  q?: string
}

/** Where a viewer gets lines that are not in memory. */
export type LogSource = (query: PageQuery) => Promise<Page>

/** Lines in ascending order from a REST address that answers pages of lines. */
export function logSource(path: string): LogSource {
  return async query => {
    const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
    const separator = path.includes('?') ? '&' : '?'
    const page = await api.get<Page>(
      `${path}${separator}${new URLSearchParams(entries.map(([k, v]) => [k, String(v)]))}`,
    )
    return { ...page, items: page.items.toSorted((a, b) => a.line - b.line) }
  }
}

/**
 * The sequence just before a line: lines and other entries share one sequence, so a line's own is not below its number.
 * Each answer tells how many entries are still between; a few steps find it.
 */
export async function seqBefore(line: number, source: LogSource): Promise<number> {
  let guess = Math.max(0, line - 1)
  for (let step = 0; step < 50; step++) {
    const [found] = (await source({ after: guess, limit: 1 })).items
    if (!found || found.line >= line) return guess
    guess += line - found.line
  }
  return guess
}
