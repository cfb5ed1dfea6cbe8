import type { Query, TargetState } from '../../../src/contract/queries'
import { isOpen, type QueryResult } from '../query-result'

/** A query and what one host has made of it so far. */
export interface HostQuery {
  query_id: string
  sql: string
  /** When it was asked, where that is known; else when it was answered. */
  at: string
  state: TargetState
  result: QueryResult | null
}

/** A result as the host's history tells it. */
export type PastResult = QueryResult & { sql: string }

export const queryOfResult = (result: PastResult): HostQuery => ({
  query_id: result.query_id,
  sql: result.sql,
  at: result.occurred_at,
  state: result.state,
  result,
})

export const openQuery = ({ id, sql, created_at }: Pick<Query, 'id' | 'sql' | 'created_at'>): HostQuery => ({
  query_id: id,
  sql,
  at: created_at,
  state: 'pending',
  result: null,
})

/** Of a page that stays open; the history has all. */
const SHOWN_MAX = 100

/**
 * The list, newest first, with these in it, each query once. An answer takes the place of one that was awaited, and is
 * not taken back by a reading that was older.
 */
export function mergeQueries(known: readonly HostQuery[], more: readonly HostQuery[]): HostQuery[] {
  const byId = new Map(known.map(each => [each.query_id, each]))
  for (const each of more) {
    const before = byId.get(each.query_id)
    if (before?.result && !each.result) continue
    byId.set(each.query_id, { ...each, sql: each.sql || before?.sql || '', at: before?.at ?? each.at })
  }
  return [...byId.values()].sort((a, b) => (a.query_id < b.query_id ? 1 : -1)).slice(0, SHOWN_MAX)
}

/**
 * The list with an answer from the stream in it. The stream begins with answers from before: what is not in the list and
 * older than what is there belongs to the history.
 * `isUnknown`: it was asked from elsewhere, in words that are to be read.
 */
export function withAnswer(
  known: readonly HostQuery[],
  result: QueryResult,
): { asked: HostQuery[]; isUnknown: boolean } {
  const isKnown = known.some(each => each.query_id === result.query_id)
  const isPast = !isKnown && known.some(each => each.query_id > result.query_id)
  if (isPast) return { asked: [...known], isUnknown: false }
  return { asked: mergeQueries(known, [queryOfResult({ ...result, sql: '' })]), isUnknown: !isKnown }
}

/** The list when a query came to its end: whoever had not answered will not do so in time. */
export const withState = (known: readonly HostQuery[], queryId: string, state: TargetState): HostQuery[] =>
  known.map(each => (each.query_id === queryId && isOpen(each.state) ? { ...each, state } : each))
