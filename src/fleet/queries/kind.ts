import { type QueryCounts, queryInput } from '../../contract/queries'
import { defineKind } from '../../jobs'
import { outcomeOf } from './query-outcome'

/** What became of the hosts of a query, and how many rows they have sent. */
export type QueryJobResult = QueryCounts & { query_id: string; rows: number }

/**
 * A live query. Hosts fetch and answer it through the web processes; the job determines the targets, reports progress,
 * and ends the query at its deadline. A host that does not answer is a result, not a failure.
 */
export const query = defineKind({
  name: 'query',
  queue: 'fleet',
  input: queryInput,
  outcome: ({ rows, ...counts }: QueryJobResult) => outcomeOf(counts, rows),
  options: { attempts: 3, resumable: true },
})
