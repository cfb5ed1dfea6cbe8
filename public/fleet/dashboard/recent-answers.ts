import { counted } from '../../../text/numbers'
import { type QueryResult, STATE_LABELS } from '../query-result'

/** Data of the tenant event `query_result`, which has no rows. */
export type RecentAnswer = Omit<QueryResult, 'rows' | 'columns'>

/** The latest answers, newest first, without duplicates: events may be repeated after a reconnect. */
export function recentAnswers(
  known: readonly RecentAnswer[],
  added: readonly RecentAnswer[],
  max: number,
): RecentAnswer[] {
  const seen = new Set<string>()
  const all = [...added, ...known].sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1))
  const distinct = all.filter(answer => {
    const key = keyOf(answer)
    return !seen.has(key) && seen.add(key)
  })
  return distinct.slice(0, max)
}

export const keyOf = ({ query_id, host_id }: RecentAnswer) => `${query_id}/${host_id}`

/** The number of rows, or the state of an answer without rows. */
export function summaryOf({ row_count, state }: RecentAnswer): string {
  if (state !== 'completed') return STATE_LABELS[state].name
  return counted(row_count, 'row')
}
