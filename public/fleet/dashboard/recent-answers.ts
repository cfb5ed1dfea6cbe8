import { counted } from '../../../text/numbers'
import { type QueryResult, STATE_WORDS } from '../query-result'

/** A host's answer as the tenant's events tell of it: without its rows. */
export type Answered = Omit<QueryResult, 'rows' | 'columns'>

/** The latest answers, newest first, each once: an event may come again when the connection was made anew. */
export function recentAnswers(known: readonly Answered[], news: readonly Answered[], most: number): Answered[] {
  const seen = new Set<string>()
  const all = [...news, ...known].sort((a, b) => (a.occurred_at < b.occurred_at ? 1 : -1))
  const fresh = all.filter(each => {
    const key = keyOf(each)
    return !seen.has(key) && seen.add(key)
  })
  return fresh.slice(0, most)
}

export const keyOf = ({ query_id, host_id }: Answered) => `${query_id}/${host_id}`

/** What an answer came to, in a word or two. */
export function wordsOf({ row_count, state }: Answered): string {
  if (state !== 'completed') return STATE_WORDS[state].name
  return counted(row_count, 'row')
}
