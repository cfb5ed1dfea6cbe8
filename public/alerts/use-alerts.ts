import { type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'
import { useThrottle } from '../use-throttle'
import { type AlertFilters, alertParams, alertSearchOf, groupNamesOf } from './filters'
import { type AlertNews, applyToAlerts, newsIn } from './live-alerts'
import type { KnownSilences } from './mute-words'

const PAGE_SIZE = 100
/** Minimum time between two refreshes. */
const REFRESH_MS = 1_000
/** Counts are read again after events, but not more often. */
const COUNTS_MS = 1_500
/** Silences end and windows open without an event for each alert. */
const POLL_MS = 30_000
const GROUPS_MAX = 200
const SILENCES_MAX = 500

/** Alerts that are not shown yet, so that nobody loses their place. */
export interface Unseen {
  count: number
  /** Whether the count holds for certain. */
  isExact: boolean
}

export const NONE_UNSEEN: Unseen = { count: 0, isExact: true }

/**
 * The alerts that match the filters, the newest first, kept up to date by events.
 * @param isWatched whether new rows may appear at the top now; otherwise `unseen` counts them
 */
export function useAlertList(filters: AlertFilters, isWatched: () => boolean) {
  const unseen = useSignal(NONE_UNSEEN)
  const list = usePagedList<'/api/alerts', AlertNews>('/api/alerts', {
    params: alertParams(filters),
    name: alertSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    isSame: (known, read) => JSON.stringify(known) === JSON.stringify(read),
    live: {
      topic: 'events',
      pick: newsIn,
      apply(alerts, news) {
        const { items, added, isExact, changed } = applyToAlerts(alerts, news, filters)
        if (isWatched()) return { items, stale: added + changed > 0 ? alerts.length || 1 : 0 }
        if (added > 0) {
          const { count, isExact: wasExact } = unseen.peek()
          unseen.value = { count: count + added, isExact: wasExact && isExact }
        }
        return { items, stale: 0 }
      },
      refreshMs: REFRESH_MS,
    },
  })
  const showUnseen = () => {
    unseen.value = NONE_UNSEEN
    void list.refresh()
  }
  return { list, unseen, showUnseen }
}

/** Counts by state, severity, source and label of what matches. They stay while other filters are counted. */
export function useFacets(filters: AlertFilters) {
  const counted = useFetch('/api/alerts/facets', alertParams(filters), { pollMs: POLL_MS })
  const { state: _, ...rest } = alertParams(filters)
  const states = useFetch('/api/alerts/facets', { ...rest, values: false as never }, { pollMs: POLL_MS })
  useAlertEvents(() => {
    void counted.read()
    if (filters.state !== '') void states.read()
  })
  const kept = useKept(counted.value.value)
  const keptStates = useKept(states.value.value)
  return { facets: kept, states: filters.state === '' ? kept?.states : keptStates?.states }
}

/** The latest value that was not null. */
function useKept<Value>(value: Value | null): Value | null {
  const kept = useRef(value)
  if (value !== null) kept.current = value
  return kept.current
}

/** Groups of the alerts that match, the largest first. */
export function useGroups(filters: AlertFilters) {
  const group_by = groupNamesOf(filters).join(',')
  const groups = useFetch(
    '/api/alerts/groups',
    { ...alertParams(filters), group_by, limit: GROUPS_MAX },
    { pollMs: POLL_MS },
  )
  useAlertEvents(() => void groups.read())
  return groups
}

/** Calls soon after something has happened to any alert. */
export function useAlertEvents(call: () => void): void {
  const soon = useThrottle(COUNTS_MS, call)
  useEffect(
    () =>
      watch('events', {
        onEvent: event => {
          if (newsIn(event) || event.type.startsWith('silence_')) soon()
        },
        onGap: soon,
      }),
    [soon],
  )
}

/** The silences that mute now. */
export function useActiveSilences(): ReadonlySignal<KnownSilences> {
  const { value } = useFetch('/api/silences', { state: 'active', limit: SILENCES_MAX }, { pollMs: POLL_MS })
  return useComputed(() => new Map((value.value?.items ?? []).map(silence => [silence.id, silence])))
}

/** For lists that are replaced as a whole. */
export const clear = (selected: Signal<ReadonlyMap<string, unknown>>): void => {
  selected.value = new Map()
}
