import type { QueryResult, TargetState } from '../query-result'

/** What a query has cost a host: ms and bytes; missing from old agents. */
export interface Stats {
  wall_time_ms: number | null
  user_time: number | null
  system_time: number | null
  memory: number | null
}

/** A host that a query was made for, with what has become of it there. */
export interface TargetHost {
  host_id: string
  host_identifier: string
  hostname: string
  state: TargetState
  row_count: number
  error: string | null
  truncated: boolean
  late: boolean
  sent_at: string | null
  sent_count: number
  answered_at: string | null
  stats: Stats | null
}

/** Whether nothing has happened to a host between two readings. */
export const isSameTarget = (one: TargetHost, other: TargetHost): boolean =>
  one.state === other.state &&
  one.answered_at === other.answered_at &&
  one.sent_at === other.sent_at &&
  one.sent_count === other.sent_count

/** The list after the answers of a frame; the same array when they tell nothing new. */
export function applyResults(hosts: TargetHost[], results: readonly QueryResult[]): TargetHost[] {
  const news = new Map(results.map(result => [result.host_id, result]))
  let isChanged = false
  const next = hosts.map(host => {
    const result = news.get(host.host_id)
    if (!result || host.answered_at !== null) return host
    isChanged = true
    const { state, row_count, error, truncated, late, occurred_at } = result
    return { ...host, state, row_count, error, truncated, late, answered_at: occurred_at }
  })
  return isChanged ? next : hosts
}
