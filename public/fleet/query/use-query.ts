import { useSignal } from '@preact/signals'
import { useCallback, useEffect } from 'preact/hooks'
import { api, messageOf } from '../../api'
import { perFrame } from '../../frames'
import { watch } from '../../live'
import type { Query } from '../query-result'

type QueryNews = Pick<Query, 'id' | 'status' | 'counts' | 'row_count' | 'columns' | 'deadline_at' | 'ended_at'>

/** A query, kept up to date by its stream. */
export function useQuery(id: string) {
  const query = useSignal<Query | null>(null)
  const problem = useSignal('')
  const reload = useCallback(async () => {
    try {
      query.value = await api.get<Query>(`/api/queries/${encodeURIComponent(id)}`)
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }, [id])

  useEffect(() => {
    void reload()
    const news = perFrame<QueryNews>(all => {
      const known = query.peek()
      if (known) query.value = { ...known, ...all.at(-1) }
    })
    const stop = watch(`query:${id}`, {
      onStatus: status => news.add((status as unknown as { query: QueryNews }).query),
      onGap: () => void reload(),
    })
    return () => {
      stop()
      news.stop()
    }
  }, [id])
  return { query, problem, reload }
}
