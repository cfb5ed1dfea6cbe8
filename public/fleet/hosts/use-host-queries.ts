import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { QueryCompletedEvent } from '../../../src/contract/queries'
import { client, messageOf } from '../../api'
import { watch } from '../../live'
import { useInterval } from '../../use-interval'
import { isOpen, type QueryResult } from '../query-result'
import { type HostQuery, mergeQueries, openQuery, queryOfResult, withResult, withState } from './host-queries'

/** Earlier results shown at first; the history has all of them. */
const PAST_MAX = 5
/** Polling interval of the states of unanswered queries. */
const INTERVAL_MS = 3_000
/** Maximum number of running queries to load. */
const OPEN_MAX = 20

/** The latest queries on a host with their results, updated as they arrive. */
export function useHostQueries(hostId: string) {
  const queries = useSignal<HostQuery[] | null>(null)
  const problem = useSignal('')

  /** Results that arrived before the first read. */
  const early = useRef<QueryResult[]>([])
  const add = (result: QueryResult) => {
    const next = withResult(queries.peek() ?? [], result)
    queries.value = next.queries
    if (next.isUnknown) void read()
  }

  const read = useCallback(async () => {
    try {
      const [past, open] = await Promise.all([
        client.get('/api/hosts/{id}/results', { id: hostId, limit: PAST_MAX }),
        client.get('/api/queries', { host_id: hostId, status: 'running', limit: OPEN_MAX }),
      ])
      const found = [...open.items.map(openQuery), ...past.items.map(queryOfResult)]
      queries.value = mergeQueries(queries.peek() ?? [], found)
      problem.value = ''
      for (const result of early.current.splice(0)) add(result)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }, [hostId])

  const readState = useCallback(
    async (queryId: string) => {
      const { items } = await client.get('/api/queries/{id}/results', { id: queryId, host_id: hostId, limit: 1 })
      const state = items[0]?.status
      if (state) queries.value = withState(queries.peek() ?? [], queryId, state)
    },
    [hostId],
  )

  useEffect(() => {
    queries.value = null
    early.current = []
    void read()
    const stopHost = watch(`host:${hostId}`, {
      onEvent: ({ type, data }) => {
        if (type !== 'query_result') return
        if (queries.peek() === null) early.current.push(data as QueryResult)
        else add(data as QueryResult)
      },
      onGap: () => void read(),
    })
    const stopEvents = watch('events', {
      onEvent: ({ type, data }) => {
        const queryId = (data as { data?: Partial<QueryCompletedEvent> }).data?.query_id
        const isAwaited = queries.peek()?.some(query => query.query_id === queryId && !query.result)
        if (type === 'query_completed' && queryId !== undefined && isAwaited)
          void readState(queryId).catch(() => undefined)
      },
    })
    return () => {
      stopHost()
      stopEvents()
    }
  }, [hostId])

  useInterval(INTERVAL_MS, () => {
    const open = queries.peek()?.filter(query => isOpen(query.state)) ?? []
    for (const { query_id } of open) void readState(query_id).catch(() => undefined)
  })

  const run = async (sql: string) => {
    const { query } = await client.post('/api/hosts/{id}/query', { id: hostId, body: { sql } })
    queries.value = mergeQueries(queries.peek() ?? [], [openQuery(query)])
  }
  return { queries, problem, read, run }
}
