import { useEffect } from 'preact/hooks'
import { watch } from '../../live'
import { perFrame } from '../../per-frame'
import { useFetchOf } from '../../use-fetch'
import type { Query } from '../query-result'

type QueryNews = Pick<Query, 'id' | 'status' | 'counts' | 'row_count' | 'columns' | 'deadline_at' | 'ended_at'>

/** A query, kept up to date by its stream. */
export function useQuery(id: string) {
  const { value: query, problem, read } = useFetchOf<Query>(`/api/queries/${encodeURIComponent(id)}`)
  useEffect(() => {
    const news = perFrame<QueryNews>(all => {
      const known = query.peek()
      if (known) query.value = { ...known, ...all.at(-1) }
    })
    const stop = watch(`query:${id}`, {
      onStatus: status => news.add((status as unknown as { query: QueryNews }).query),
      onGap: () => void read(),
    })
    return () => {
      stop()
      news.stop()
    }
  }, [id])
  return { query, problem, read }
}
