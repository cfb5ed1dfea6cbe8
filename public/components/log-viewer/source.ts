import type { LogLine, LogPage } from '../../../src/contract/logs'
import { fetchJson } from '../../api'
import { addressOf } from '../../client/address'

export interface PageQuery {
  after?: number
  before?: number
  limit: number
  order?: 'asc' | 'desc'
  level?: string
  step?: string
  attempt?: string
  q?: string
}

/** Loads lines that are not in memory. */
export type LogSource = (query: PageQuery) => Promise<LogPage>

/** Loads pages of lines from an API path, in ascending order. */
export function logSource(path: string): LogSource {
  return async query => {
    const given = Object.entries(query).filter(([, value]) => value !== '')
    const [base = path, own] = path.split('?')
    const params = { ...Object.fromEntries(new URLSearchParams(own)), ...Object.fromEntries(given) }
    const page = await fetchJson<LogPage>(addressOf(base, params))
    return { ...page, items: page.items.toSorted((a, b) => a.line - b.line) }
  }
}

/**
 * The sequence number just before a line. Lines share the sequence with other entries, so a line's sequence number is
 * at least its line number. Each step moves the guess by the number of lines that are still between.
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

const PAGE_LINES = 1_000
/** Longer selections should be downloaded instead. */
export const COPIED_MAX = 20_000

/** The lines of a range, at most `COPIED_MAX`. */
export async function linesOf(from: number, to: number, source: LogSource): Promise<LogLine[]> {
  const found: LogLine[] = []
  let after = await seqBefore(from, source)
  while (found.length < COPIED_MAX) {
    const { items } = await source({ after, limit: PAGE_LINES, order: 'asc' })
    found.push(...items.filter(line => line.line >= from && line.line <= to))
    const last = items.at(-1)
    if (!last || last.line >= to) break
    after = last.seq
  }
  return found.slice(0, COPIED_MAX)
}

/** The sequence number just before the first line at or after a time, by binary search: lines are ordered by time. */
export async function seqAtTime(ms: number, source: LogSource): Promise<number> {
  const { first_seq, last_seq } = await source({ limit: 1, order: 'asc' })
  let [low, high] = [first_seq - 1, last_seq]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [line] = (await source({ after: middle, limit: 1, order: 'asc' })).items
    if (!line || Date.parse(line.timestamp) >= ms) high = middle
    else low = line.seq
  }
  return low
}
