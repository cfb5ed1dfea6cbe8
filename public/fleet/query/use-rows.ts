import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { api, messageOf } from '../../api'
import type { Query } from '../query-result'
import { type ResultPage, ResultRows } from './result-rows'
import { rowParams, type View } from './view'

/** Rows that come in are shown at most this often. */
const REFRESH_MS = 700

/**
 * The rows that fit a view. While `isWatched` says that nobody would lose their place (the top or the end is in sight), new
 * ones come by themselves; else `unseen` counts them.
 */
export function useRows(query: Query, view: View, isWatched: () => boolean) {
  const { host, q, sort } = view
  const version = useSignal(0)
  const problem = useSignal('')
  const unseen = useSignal(0)
  /** Rows of the query when the shown ones were read. */
  const readAt = useRef(query.row_count)
  const latest = useRef(query)
  latest.current = query
  const rows = useMemo(() => {
    const asked = rowParams(view)
    return new ResultRows(
      ({ offset, cursor, limit }) => {
        const params = new URLSearchParams({ ...asked, limit: String(limit) })
        if (cursor !== null) params.set('cursor', cursor)
        else if (offset > 0) params.set('offset', String(offset))
        return api.get<ResultPage>(`/api/queries/${query.id}/results?${params}`)
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
    ) // the first ones at once
  }, [query.row_count])
  useEffect(() => () => clearTimeout(timer.current), [])
  return { rows, version, problem, unseen, refresh }
}
