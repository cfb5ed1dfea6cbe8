import { useEffect } from 'preact/hooks'
import type { QueryState } from '../../../src/contract/queries'
import { watch } from '../../live'
import { perFrame } from '../../per-frame'
import { useFetch } from '../../use-fetch'

/** A query, kept up to date by its stream. */
export function useQuery(id: string) {
  const { value: query, problem, read } = useFetch('/api/queries/{id}', { id })
  useEffect(() => {
    const updates = perFrame<QueryState>(all => {
      const known = query.peek()
      if (known) query.value = { ...known, ...all.at(-1)?.query }
    })
    const stop = watch(`query:${id}`, {
      onStatus: status => updates.add(status as unknown as QueryState),
      onGap: () => void read(),
    })
    return () => {
      stop()
      updates.stop()
    }
  }, [id])
  return { query, problem, read }
}
