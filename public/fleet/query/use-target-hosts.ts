import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from '../../api'
import { perFrame } from '../../frames'
import { watch } from '../../live'
import { useSoon } from '../../soon'
import type { Query, QueryResult } from '../query-result'
import { applyResults, type TargetHost, withKnown } from './target-host'
import type { View } from './view'

const PAGE = 100
const PAGE_MAX = 500
/** Moves on while answers come in, at most this often. */
const REFRESH_MS = 1_000

interface HostPage {
  items: TargetHost[]
  next_cursor: string | null
}

/** The hosts of a query that fit a view, by name. */
export function useTargetHosts(query: Query, { state, q }: Pick<View, 'state' | 'q'>) {
  const hosts = useSignal<TargetHost[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const problem = useSignal('')
  const turn = useRef(0)
  const key = `${state} ${q}`
  const read = useCallback(
    async (after: string | null, limit: number) => {
      const mine = ++turn.current
      try {
        const params = new URLSearchParams({
          ...(state && { state }),
          ...(q && { q }),
          ...(after && { cursor: after }),
          limit: String(limit),
        })
        const page = await api.get<HostPage>(`/api/queries/${query.id}/hosts?${params}`)
        if (mine !== turn.current) return
        const known = hosts.peek() ?? []
        hosts.value = after === null ? withKnown(page.items, known) : [...known, ...page.items]
        cursor.value = page.next_cursor
        problem.value = ''
      } catch (error) {
        if (mine === turn.current) problem.value = messageOf(error)
      }
    },
    [query.id, key],
  )
  const readMore = () => read(cursor.peek(), PAGE_MAX)
  // Those who have read on keep their place: what they see is read again only as far as one page goes.
  const refresh = () => {
    const known = hosts.peek()?.length ?? 0
    if (known <= PAGE_MAX) void read(null, Math.max(PAGE, known))
  }
  const refreshSoon = useSoon(REFRESH_MS, refresh)
  const moved = JSON.stringify(query.counts)
  useEffect(() => {
    hosts.value = null
    void read(null, PAGE)
  }, [key])
  useEffect(refreshSoon, [moved])
  useEffect(() => {
    const answers = perFrame<QueryResult>(results => {
      if (hosts.peek()) hosts.value = applyResults(hosts.peek() ?? [], results)
    })
    const stop = watch(`query:${query.id}`, {
      onEvent: ({ type, data }) => {
        if (type === 'query_result') answers.add(data as QueryResult)
      },
    })
    return () => {
      stop()
      answers.stop()
    }
  }, [query.id])
  return { hosts, cursor, problem, refresh, readMore }
}
