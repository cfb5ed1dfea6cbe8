import type { HostResult, Query, TargetState } from '../../../src/contract/queries'
import { isOpen, type QueryResult } from '../query-result'

/** A query on one host, with its result if there is one. */
export interface HostQuery {
  query_id: string
  sql: string
  /** When the query was created if that is known, else when it was answered. */
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

/** Keeps a page that stays open small; the history has all queries. */
const SHOWN_MAX = 100

/** Adds queries to a list, newest first, each once. A result is not replaced by an older reading without one. */
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
 * Adds a result from the stream to a list. The stream begins with earlier results: those that are not in the list and
 * older than a query in it belong to the history.
 * `isUnknown`: the query was created elsewhere, so its SQL must be read.
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

/** Sets the state of a query that has ended, if the host has not answered it. */
export const withState = (known: readonly HostQuery[], queryId: string, state: TargetState): HostQuery[] =>
  known.map(query => (query.query_id === queryId && isOpen(query.state) ? { ...query, state } : query))
