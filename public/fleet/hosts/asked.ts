import { isOpen, type Query, type QueryResult, type TargetState } from '../query-result'

/** A query and what one host has made of it so far. */
export interface Asked {
  query_id: string
  sql: string
  /** When it was asked, where that is known; else when it was answered. */
  at: string
  state: TargetState
  result: QueryResult | null
}

/** A result as the host's history tells it. */
export type PastResult = QueryResult & { sql: string }

export const askedOfResult = (result: PastResult): Asked => ({
  query_id: result.query_id,
  sql: result.sql,
  at: result.occurred_at,
  state: result.state,
  result,
})

export const askedOfQuery = ({ id, sql, created_at }: Pick<Query, 'id' | 'sql' | 'created_at'>): Asked => ({
  query_id: id,
  sql,
  at: created_at,
  state: 'pending',
  result: null,
})

/**
 * The list, newest first, with these in it, each query once. An answer takes the place of one that was awaited, and is
 * not taken back by a reading that was older.
 */
export function withAsked(known: readonly Asked[], more: readonly Asked[]): Asked[] {
  const byId = new Map(known.map(each => [each.query_id, each]))
  for (const each of more) {
    const before = byId.get(each.query_id)
    if (before?.result && !each.result) continue
    byId.set(each.query_id, { ...each, sql: each.sql || before?.sql || '', at: before?.at ?? each.at })
  }
  return [...byId.values()].sort((a, b) => (a.query_id < b.query_id ? 1 : -1))
}

/** The list when a query came to its end: whoever had not answered will not do so in time. */
export const withState = (known: readonly Asked[], queryId: string, state: TargetState): Asked[] =>
  known.map(each => (each.query_id === queryId && isOpen(each.state) ? { ...each, state } : each))
