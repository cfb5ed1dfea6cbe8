import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from '../../api'
import { watch } from '../../live'
import { useSoon } from '../../soon'
import type { Query } from '../query-result'

const PAGE = 50
const PAGE_MAX = 500
/** Counts move on while answers come in, at most this often. */
const REFRESH_MS = 1_000

export interface QueryFilters {
  status: string
  q: string
  host_id: string
}

interface QueryList {
  items: Query[]
  next_cursor: string | null
}

/** The queries that fit, newest first; read again when the tenant's events tell that one has moved. */
export function useQueries({ status, q, host_id }: QueryFilters) {
  const queries = useSignal<Query[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const problem = useSignal('')
  const turn = useRef(0)
  const key = JSON.stringify([status, q, host_id])

  const ask = useCallback(
    async (after: string | null, limit: number) => {
      const mine = ++turn.current
      try {
        const params = new URLSearchParams({
          ...(status && { status }),
          ...(q && { q }),
          ...(host_id && { host_id }),
          ...(after && { cursor: after }),
          limit: String(limit),
        })
        const page = await api.get<QueryList>(`/api/queries?${params}`)
        if (mine !== turn.current) return
        const known = queries.peek() ?? []
        if (after !== null) queries.value = [...known, ...page.items]
        else if (known.length <= limit) queries.value = page.items
        else queries.value = [...page.items, ...known.slice(limit)] // queries are only added at the top
        if (after !== null || known.length <= limit) cursor.value = page.next_cursor
        problem.value = ''
      } catch (error) {
        if (mine === turn.current) problem.value = messageOf(error)
      }
    },
    [key],
  )
  const read = () => ask(null, Math.min(PAGE_MAX, Math.max(PAGE, queries.peek()?.length ?? 0)))
  const readMore = () => ask(cursor.peek(), PAGE_MAX)
  const refreshSoon = useSoon(REFRESH_MS, () => void read(), key)

  useEffect(() => {
    queries.value = null
    void ask(null, PAGE)
    return watch('events', {
      onEvent: ({ type, data }) => {
        const { kind } = (data as { data?: { kind?: string } }).data ?? {}
        if (type.startsWith('query_') || (type.startsWith('job_') && kind === 'query')) refreshSoon()
      },
      onGap: refreshSoon,
    })
  }, [key])
  return { queries, cursor, problem, read, readMore }
}
