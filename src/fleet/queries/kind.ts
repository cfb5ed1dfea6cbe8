import { queryInput } from '../../contract/queries'
import { defineKind } from '../../jobs'

/**
 * A live query. Hosts fetch and answer it through the web processes; the job determines the targets, reports progress,
 * and ends the query at its deadline. A host that does not answer is a result, not a failure.
 */
export const query = defineKind({
  name: 'query',
  queue: 'fleet',
  input: queryInput,
  options: { attempts: 3, resumable: true },
})
