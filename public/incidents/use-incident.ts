import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AlertItem, Occurrence } from '../../src/contract/alerts'
import type { TimelineEntry } from '../../src/contract/incidents'
import type { Labels } from '../../src/contract/matchers'
import { labelPairs, nameOf } from '../alerts/alert'
import { alertParams, groupMatchers } from '../alerts/filters'
import { useAlertEvents } from '../alerts/use-alerts'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'
import { useThrottle } from '../use-throttle'
import { incidentNewsIn } from './live-incidents'
import { withNewEntries } from './timeline-steps'

const POLL_MS = 15_000
const REFRESH_MS = 200
const PAGE_SIZE = 100
/** Alerts whose mutes are read at once. */
const STATES_MAX = 500

/** An incident, its alerts, timeline and notifications, kept up to date by events. */
export function useIncident(id: string) {
  const incident = useFetch('/api/incidents/{id}', { id }, { pollMs: POLL_MS })
  const alerts = usePagedList('/api/incidents/{id}/alerts', { params: { id }, idOf: byId, pageSize: PAGE_SIZE })
  const timeline = usePagedList<'/api/incidents/{id}/timeline', TimelineEntry>('/api/incidents/{id}/timeline', {
    params: { id },
    idOf: byId,
    pageSize: PAGE_SIZE,
    live: {
      topic: 'events',
      pick(event) {
        const news = incidentNewsIn(event)
        return news?.id === id ? news.entry : undefined
      },
      apply: (entries, added) => ({ items: withNewEntries(entries, added), stale: 0 }),
      refreshMs: REFRESH_MS,
    },
  })
  const notifications = usePagedList('/api/notifications', {
    params: { incident: id },
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
  })
  const refresh = () => {
    void incident.read()
    void alerts.refresh()
    void notifications.refresh()
  }
  const soon = useThrottle(REFRESH_MS, refresh, id)
  useEffect(
    () =>
      watch('events', {
        onEvent: event => {
          if (incidentNewsIn(event)?.id === id) soon()
        },
        onGap: soon,
      }),
    [id, soon],
  )
  const names = useComputed(() => {
    const common = incident.value.value?.incident.common_labels ?? {}
    return new Map((alerts.items.value ?? []).map(alert => [alert.fingerprint, shortName(alert, common)] as const))
  })
  return { incident, alerts, timeline, notifications, names, refresh }
}

/** What tells an alert from the others of its incident. */
const shortName = (alert: Occurrence, common: Labels) =>
  labelPairs(alert.labels, { ...common, severity: alert.labels.severity ?? '' })
    .map(([, value]) => value)
    .join(' ') || nameOf(alert)

/** What mutes the open alerts with some labels, by the ids of their occurrences. */
export function useAlertStates(labels: Labels): ReadonlyMap<string, AlertItem> {
  const filter = groupMatchers(Object.keys(labels), labels)
  const params = alertParams({ filter, state: '', q: '', source: '', since: '', group_by: '' })
  const { value, read } = useFetch('/api/alerts', { ...params, limit: STATES_MAX }, { pollMs: POLL_MS })
  useAlertEvents(() => void read())
  return useComputed(() => new Map((value.value?.items ?? []).map(alert => [alert.id, alert]))).value
}
