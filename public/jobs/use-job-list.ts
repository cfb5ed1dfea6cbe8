import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from '../api'
import { perFrame } from '../frames'
import { liveState, watch } from '../live'
import { useSoon } from '../soon'
import { askedOf, type JobFilters, searchOf } from './filters'
import type { Job } from './job'
import { applyToList, type JobEvent } from './list'

const PAGE = 50
/** Of older jobs, and of new ones when many come at once. */
const PAGE_MAX = 500
/** More rows than this are no use to anybody, and cost memory. */
const ROWS_MAX = 10_000
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
  const incomplete = useRef(0)
  const isOlderComing = useRef(false)
  const key = searchOf(filters)

  const read = useCallback(async () => {
    const limit = Math.min(PAGE_MAX, Math.max(PAGE, incomplete.current))
    incomplete.current = 0
    try {
      const { items, next_cursor } = await ask(filters, { limit: String(limit) })
      const known = jobs.peek() ?? []
      const fresh = new Set(items.map(job => job.id))
      if (known.length <= limit) {
        jobs.value = items
        cursor.value = next_cursor
      } else jobs.value = [...items, ...known.filter(job => !fresh.has(job.id))].slice(0, ROWS_MAX)
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }, [key])

  const readOlder = useCallback(async () => {
    if (isOlderComing.current || cursor.peek() === null) return
    isOlderComing.current = true
    try {
      const { items, next_cursor } = await ask(filters, { limit: String(PAGE_MAX), cursor: cursor.peek() ?? '' })
      const known = jobs.peek() ?? []
      const ids = new Set(known.map(job => job.id))
      jobs.value = [...known, ...items.filter(job => !ids.has(job.id))].slice(0, ROWS_MAX)
      cursor.value = jobs.value.length < ROWS_MAX ? next_cursor : null
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isOlderComing.current = false
    }
  }, [key])

  const refreshSoon = useSoon(REFRESH_MS, () => void read(), key)

  useEffect(() => {
    jobs.value = null
    void read()
    const changes = perFrame<JobEvent>(events => {
      const known = jobs.peek()
      if (!known) return
      const next = applyToList(known, events, filters)
      jobs.value = next.jobs.length > ROWS_MAX ? next.jobs.slice(0, ROWS_MAX) : next.jobs
      incomplete.current += next.incomplete
      if (next.incomplete > 0) refreshSoon()
    })
    const stop = watch('events', { onEvent: event => changes.add(event.data as JobEvent), onGap: refreshSoon })
    return () => {
      stop()
      changes.stop()
    }
  }, [key])

  // What happened while the stream was away may be more than its history.
  const isLive = liveState.value.state === 'live'
  useEffect(() => {
    if (isLive && jobs.peek()) refreshSoon()
  }, [isLive])

  return { jobs, cursor, problem, read, readOlder }
}

const ask = (filters: JobFilters, page: Record<string, string>) =>
  api.get<List>(`/api/jobs?${new URLSearchParams({ ...askedOf(filters), ...page })}`)
