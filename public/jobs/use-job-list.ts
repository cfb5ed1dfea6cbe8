import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from '../api'
import { liveState, watch } from '../live'
import { type JobFilters, searchOf } from '../routes'
import type { Job } from './job'
import { applyToList, type JobEvent } from './list'

const PAGE = 50
/** New rows are completed by one reading of the list, at most this often. */
const REFRESH_MS = 1_000

interface List {
  items: Job[]
  next_cursor: string | null
}

/** The jobs that fit the filters, newest first, moved by the tenant's events. */
export function useJobList(filters: JobFilters) {
  const jobs = useSignal<Job[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const problem = useSignal('')
  const refreshing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const key = searchOf(filters)
  const { children, ...asked } = filters
  const query = searchOf(asked)
  const path = `/api/jobs${query === '' ? '?' : `${query}&`}limit=${PAGE}${children === '' ? '&roots=true' : ''}`

  const read = useCallback(
    async (isMore = false) => {
      try {
        const after = isMore && cursor.peek() ? `&cursor=${encodeURIComponent(cursor.peek() ?? '')}` : ''
        const { items, next_cursor } = await api.get<List>(path + after)
        const known = jobs.peek() ?? []
        const fresh = new Set(items.map(job => job.id))
        const rest = known.filter(job => !fresh.has(job.id))
        if (isMore) jobs.value = [...rest, ...items]
        else jobs.value = known.length > PAGE ? [...items, ...rest] : items
        if (isMore || known.length <= PAGE) cursor.value = next_cursor
        problem.value = ''
      } catch (error) {
        problem.value = messageOf(error)
      }
    },
    [path],
  )

  const refreshSoon = useCallback(() => {
    refreshing.current ??= setTimeout(() => {
      refreshing.current = undefined
      void read()
    }, REFRESH_MS)
  }, [read])

  useEffect(() => {
    jobs.value = null
    void read()
    return () => {
      clearTimeout(refreshing.current)
      refreshing.current = undefined
    }
  }, [read])

  useEffect(
    () =>
      watch('events', {
        onEvent: event => {
          const known = jobs.peek()
          if (!known) return
          const next = applyToList(known, event.data as JobEvent, filters)
          jobs.value = next.jobs
          if (next.isIncomplete) refreshSoon()
        },
        onGap: refreshSoon,
      }),
    [key, refreshSoon],
  )

  // What happened while the stream was away may be more than its history.
  const isLive = liveState.value.state === 'live'
  useEffect(() => {
    if (isLive && jobs.peek()) refreshSoon()
  }, [isLive])

  return { jobs, cursor, problem, read }
}
