import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { Query, TargetState } from '../../../src/contract/queries'
import { api, messageOf } from '../../api'
import { watch } from '../../live'
import { useInterval } from '../../use-interval'
import { isOpen, type QueryResult } from '../query-result'
import {
  type HostQuery,
  mergeQueries,
  openQuery,
  type PastResult,
  queryOfResult,
  withAnswer,
  withState,
} from './host-queries'

/** Answers from before that are shown beneath those that come; the history has all. */
const LATEST = 5
/** How often it is looked whether the host has taken what it has not answered. */
const EVERY_MS = 3_000
/** Queries that may be under way on one host. */
const OPEN_MAX = 20

/** What a host is asked and answers, from its latest answers on, as it happens. */
export function useHostQueries(hostId: string) {
  const asked = useSignal<HostQuery[] | null>(null)
  const problem = useSignal('')
  const path = `/api/hosts/${encodeURIComponent(hostId)}`

  /** Answers that came before the first reading. */
  const early = useRef<QueryResult[]>([])
  const take = (result: QueryResult) => {
    const next = withAnswer(asked.peek() ?? [], result)
    asked.value = next.asked
    if (next.isUnknown) void read()
  }

  const read = useCallback(async () => {
    try {
      const [past, open] = await Promise.all([
        api.get<{ items: PastResult[] }>(`${path}/results?limit=${LATEST}`),
        api.get<{ items: Query[] }>(`/api/queries?host_id=${hostId}&status=running&limit=${OPEN_MAX}`),
      ])
      const found = [...open.items.map(openQuery), ...past.items.map(queryOfResult)]
      asked.value = mergeQueries(asked.peek() ?? [], found)
      problem.value = ''
      for (const result of early.current.splice(0)) take(result)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }, [path])

  /** Whether the host has taken it, or what became of it at the end of the query. */
  const settle = useCallback(
    async (queryId: string) => {
      const { items } = await api.get<{ items: Array<{ status: TargetState }> }>(
        `/api/queries/${queryId}/results?host_id=${hostId}&limit=1`,
      )
      const state = items[0]?.status
      if (state) asked.value = withState(asked.peek() ?? [], queryId, state)
    },
    [hostId],
  )

  useEffect(() => {
    asked.value = null
    early.current = []
    void read()
    const stopHost = watch(`host:${hostId}`, {
      onEvent: ({ type, data }) => {
        if (type !== 'query_result') return
        if (asked.peek() === null) early.current.push(data as QueryResult)
        else take(data as QueryResult)
      },
      onGap: () => void read(),
    })
    const stopEvents = watch('events', {
      onEvent: ({ type, data }) => {
        const queryId = (data as { data?: { query_id?: string } }).data?.query_id
        const isAwaited = asked.peek()?.some(each => each.query_id === queryId && !each.result)
        if (type === 'query_completed' && queryId !== undefined && isAwaited)
          void settle(queryId).catch(() => undefined)
      },
    })
    return () => {
      stopHost()
      stopEvents()
    }
  }, [hostId])

  useInterval(EVERY_MS, () => {
    const open = asked.peek()?.filter(each => isOpen(each.state)) ?? []
    for (const { query_id } of open) void settle(query_id).catch(() => undefined)
  })

  const run = async (sql: string) => {
    const { query } = await api.post<{ query: Query }>(`${path}/query`, { sql })
    asked.value = mergeQueries(asked.peek() ?? [], [openQuery(query)])
  }
  return { asked, problem, read, run }
}
