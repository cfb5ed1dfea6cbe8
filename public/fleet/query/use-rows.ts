import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Query } from '../../../src/contract/queries'
import { client, messageOf } from '../../api'
import { ResultRows } from './result-rows'
import { rowParams, type View } from './view'

/** Minimum time between two refreshes. */
const REFRESH_MS = 700

/**
 * The rows of a view. New rows appear automatically while `isWatched` reports that the top or the end of the table is
 * visible, so that nobody loses their place; otherwise `unseen` counts them.
 */
export function useRows(query: Query, view: View, isWatched: () => boolean) {
  const { host, q, sort } = view
  const version = useSignal(0)
  const problem = useSignal('')
  const unseen = useSignal(0)
  /** Row count of the query when the shown rows were read. */
  const readAt = useRef(query.row_count)
  const latest = useRef(query)
  latest.current = query
  const rows = useMemo(() => {
    const filters = rowParams(view)
    return new ResultRows(
      ({ offset, cursor, limit }) => {
        const place = cursor !== null ? { cursor } : { offset }
        return client.get('/api/queries/{id}/results', { id: query.id, ...filters, ...place, limit })
      },
      () => {
        problem.value = ''
        version.value++
      },
      error => {
        problem.value = messageOf(error)
      },
    )
  }, [query.id, host, q, sort])
  useEffect(() => () => rows.close(), [rows])

  const refreshedMs = useRef(0)
  const refresh = () => {
    refreshedMs.current = Date.now()
    readAt.current = latest.current.row_count
    unseen.value = 0
    rows.refresh()
  }
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    const count = latest.current.row_count - readAt.current
    if (count <= 0 || timer.current !== undefined) return
    timer.current = setTimeout(
      () => {
        timer.current = undefined
        if (isWatched()) refresh()
        else unseen.value = latest.current.row_count - readAt.current
      },
      REFRESH_MS - Math.min(REFRESH_MS, Date.now() - refreshedMs.current),
    ) // the first rows appear at once
  }, [query.row_count])
  useEffect(() => () => clearTimeout(timer.current), [])
  return { rows, version, problem, unseen, refresh }
}
