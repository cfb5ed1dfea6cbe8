import type { HostResult, Query, TargetState } from '../../../src/contract/queries'
import { isOpen, type QueryResult } from '../query-result'

/** A query on one host, with its result if there is one. */
export interface HostQuery {
  query_id: string
  sql: string
  /** When the query was created if known, otherwise when it was answered. */
  at: string
  state: TargetState
  result: QueryResult | null
}

export const queryOfResult = (result: QueryResult & Pick<HostResult, 'sql'>): HostQuery => ({
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

/** Limits a page that stays open; the history has all queries. */
const SHOWN_MAX = 100

/**
 * Merges queries into a list, newest first, without duplicates. A query with a result is not replaced by one without.
 */
export function mergeQueries(known: readonly HostQuery[], more: readonly HostQuery[]): HostQuery[] {
  const byId = new Map(known.map(query => [query.query_id, query]))
  for (const query of more) {
    const before = byId.get(query.query_id)
    if (before?.result && !query.result) continue
    byId.set(query.query_id, { ...query, sql: query.sql || before?.sql || '', at: before?.at ?? query.at })
  }
  return [...byId.values()].sort((a, b) => (a.query_id < b.query_id ? 1 : -1)).slice(0, SHOWN_MAX)
}

/**
 * Adds a result from the stream to a list. The stream starts with earlier results: one that is not in the list and is
 * older than a query in it belongs to the history and is ignored.
 * `isUnknown`: the query was created elsewhere, so its SQL must be fetched.
 */
export function withResult(
  known: readonly HostQuery[],
  result: QueryResult,
): { queries: HostQuery[]; isUnknown: boolean } {
  const isKnown = known.some(query => query.query_id === result.query_id)
  const isPast = !isKnown && known.some(query => query.query_id > result.query_id)
  if (isPast) return { queries: [...known], isUnknown: false }
  return { queries: mergeQueries(known, [queryOfResult({ ...result, sql: '' })]), isUnknown: !isKnown }
}

/** Sets the final state of a query that the host has not answered. */
export const withState = (known: readonly HostQuery[], queryId: string, state: TargetState): HostQuery[] =>
  known.map(query => (query.query_id === queryId && isOpen(query.state) ? { ...query, state } : query))
