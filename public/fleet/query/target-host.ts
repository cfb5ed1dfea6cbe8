import type { QueryTarget } from '../../../src/contract/queries'
import type { QueryResult } from '../query-result'

/** Whether a target is the same in two replies. */
export const isSameTarget = (one: QueryTarget, other: QueryTarget): boolean =>
  one.state === other.state &&
  one.answered_at === other.answered_at &&
  one.sent_at === other.sent_at &&
  one.sent_count === other.sent_count

/** Applies the answers of a frame to the list. Returns the same array if nothing has changed. */
export function applyResults(hosts: QueryTarget[], results: readonly QueryResult[]): QueryTarget[] {
  const byHost = new Map(results.map(result => [result.host_id, result]))
  let isChanged = false
  const next = hosts.map(host => {
    const result = byHost.get(host.host_id)
    if (!result || host.answered_at !== null) return host
    isChanged = true
    const { state, row_count, error, truncated, late, occurred_at } = result
    return { ...host, state, row_count, error, truncated, late, answered_at: occurred_at }
  })
  return isChanged ? next : hosts
}
