import { useEffect } from 'preact/hooks'
import type { Monitor } from '../../src/contract/monitors'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { byId, usePagedList } from '../use-paged-list'
import { useThrottle } from '../use-throttle'
import { alertsMatcher } from './addresses'
import { type MonitorNews, monitorNewsIn } from './monitor-news'

/** After a check, and after a change of status, what it changes is read again. */
const CHECKED_MS = 300
/** Uptime and latency hardly change with one check. */
const HISTORY_MS = 5_000
/** Alerts of other monitors cause events, too. */
const ALERTS_MS = 1_500
const POLL_MS = 30_000
const CHECKS = 20
const ALERTS = 50

/** A monitor with its history, checks, alerts and rules, kept up to date by events. */
export function useMonitor(id: string, window: string, onlyFailures: boolean) {
  const monitor = useFetch('/api/monitors/{id}', { id }, { pollMs: POLL_MS })
  // By id only: what was shown stays until that of another window has arrived.
  const uptime = useFetch('/api/monitors/{id}/uptime', { id, window }, { pollMs: POLL_MS, name: `uptime ${id}` })
  const latency = useFetch('/api/monitors/{id}/latency', { id, window }, { pollMs: POLL_MS, name: `latency ${id}` })
  const rules = useFetch('/api/rules', { monitor_id: id }, { pollMs: POLL_MS })
  const alerts = useFetch('/api/alerts', { filter: [alertsMatcher([id])], limit: ALERTS }, { pollMs: POLL_MS })
  const checks = usePagedList<'/api/monitors/{id}/checks', true>('/api/monitors/{id}/checks', {
    params: { id, ...(onlyFailures && { status: 'down,unknown' }) },
    idOf: byId,
    pageSize: CHECKS,
    isSame: () => true, // a check never changes
    live: {
      topic: 'events',
      pick: event => {
        const news = monitorNewsIn(event)
        return (news?.type === 'monitor_check' && news.data.monitor_id === id) || undefined
      },
      apply: items => ({ items, stale: 1 }),
      refreshMs: CHECKED_MS,
    },
  })
  const readHistory = () => {
    void uptime.read()
    void latency.read()
  }
  const monitorSoon = useThrottle(CHECKED_MS, () => void monitor.read(), id)
  const statusSoon = useThrottle(CHECKED_MS, () => void uptime.read(), id)
  const alertsSoon = useThrottle(ALERTS_MS, () => void alerts.read(), id)
  const historySoon = useThrottle(HISTORY_MS, readHistory, id)
  useEffect(() => {
    if (monitor.value.peek() !== null) readHistory()
  }, [window])
  useEffect(() => {
    const onNews = ({ type }: MonitorNews) => {
      monitorSoon()
      historySoon()
      if (type === 'monitor_status') statusSoon()
    }
    return watch('events', {
      onEvent: event => {
        const news = monitorNewsIn(event)
        if (news?.data.monitor_id === id) onNews(news)
        if (/^(alert|silence)_/.test(event.type)) alertsSoon()
      },
      onGap: () => {
        monitorSoon()
        historySoon()
        alertsSoon()
      },
    })
  }, [id])
  return {
    ...{ monitor, uptime, latency, rules, alerts, checks },
    /** Takes what a request has answered. */
    take(next: Monitor) {
      monitor.value.value = next
    },
  }
}

export type MonitorReads = ReturnType<typeof useMonitor>
