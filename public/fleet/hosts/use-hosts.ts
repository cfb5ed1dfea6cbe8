import { useSignal } from '@preact/signals'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { api, messageOf } from '../../api'
import { useEvery } from '../../every'
import { perFrame } from '../../frames'
import { liveState, watch } from '../../live'
import { useSoon } from '../../soon'
import { askedHostsOf, type HostFilters, hostSearchOf } from './filters'
import type { Host, StatusCounts } from './host'
import { applyToHosts, type HostEvent, isHostEvent, mergeReading } from './live-hosts'

const PAGE = 100
/** Of the rows behind the first ones. */
const PAGE_MAX = 500
/** More rows than this are no use to anybody, and cost memory. */
const ROWS_MAX = 20_000
/** What events do not tell is read again, at most this often. */
const REFRESH_MS = 3_000
/** When hosts were last seen, and their labels, move on without events. */
const EVERY_MS = 10_000

interface HostPage {
  items: Host[]
  next_cursor: string | null
  counts: StatusCounts
}

/** The hosts that fit the filters, moved by the tenant's events. */
export function useHosts(filters: HostFilters) {
  const hosts = useSignal<Host[] | null>(null)
  const counts = useSignal<StatusCounts | null>(null)
  const cursor = useSignal<string | null>(null)
  const problem = useSignal('')
  const isMoreComing = useRef(false)
  const turn = useRef(0)
  const key = hostSearchOf(filters)
  const shown = useRef(key)
  shown.current = key

  const read = useCallback(async () => {
    const mine = ++turn.current
    const known = hosts.peek() ?? []
    const limit = Math.min(PAGE_MAX, Math.max(PAGE, known.length))
    try {
      const page = await ask(filters, { limit: String(limit) })
      if (mine !== turn.current || key !== shown.current) return
      const now = hosts.peek() ?? []
      const isWhole = page.next_cursor === null || now.length <= limit
      hosts.value = mergeReading(now, page.items, isWhole)
      if (isWhole) cursor.value = page.next_cursor
      counts.value = page.counts
      problem.value = ''
    } catch (error) {
      if (mine === turn.current) problem.value = messageOf(error)
    }
  }, [key])

  const readMore = useCallback(async () => {
    const after = cursor.peek()
    if (isMoreComing.current || after === null) return
    isMoreComing.current = true
    try {
      const page = await ask(filters, { limit: String(PAGE_MAX), cursor: after })
      if (key !== shown.current) return
      const known = hosts.peek() ?? []
      const ids = new Set(known.map(host => host.id))
      hosts.value = [...known, ...page.items.filter(host => !ids.has(host.id))]
      cursor.value = hosts.value.length < ROWS_MAX ? page.next_cursor : null
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isMoreComing.current = false
    }
  }, [key])

  const refreshSoon = useSoon(REFRESH_MS, () => void read(), key)

  useEffect(() => {
    hosts.value = null
    const changes = perFrame<HostEvent>(events => {
      if (!hosts.peek() || !counts.peek()) return
      const next = applyToHosts({ hosts: hosts.peek() ?? [], counts: counts.peek() ?? NO_COUNTS }, events)
      hosts.value = next.hosts
      counts.value = next.counts
      if (next.isIncomplete) refreshSoon()
    })
    const stop = watch('events', {
      onEvent: event => isHostEvent(event) && changes.add(event.data as HostEvent),
      onGap: refreshSoon,
    })
    return () => {
      stop()
      changes.stop()
    }
  }, [key])
  useEvery(EVERY_MS, () => void read(), key)

  // What happened while the stream was away may be more than its history.
  const isLive = liveState.value.state === 'live'
  useEffect(() => {
    if (isLive && hosts.peek()) refreshSoon()
  }, [isLive])

  return { hosts, counts, cursor, problem, read, readMore }
}

const NO_COUNTS: StatusCounts = { online: 0, offline: 0, missing: 0 }

const ask = (filters: HostFilters, page: Record<string, string>) =>
  api.get<HostPage>(`/api/hosts?${askedHostsOf(filters, page)}`)
