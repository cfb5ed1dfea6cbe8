import type { AlertEvent, AlertItem } from '../../src/contract/alerts'
import type { AlertFilters } from './filters'
import { meets, parseMatcher } from './matcher-text'
import { mutedBy } from './muted-by'

const TYPES = new Set(['alert_created', 'alert_firing', 'alert_resolved', 'alert_silenced', 'alert_inhibited'])

/** A tenant event about an alert. */
export interface AlertNews {
  type: string
  data: AlertEvent
}

/** The news in an event of the tenant; undefined if it is about something else. */
export function newsIn({ type, data }: { type: string; data: unknown }): AlertNews | undefined {
  return TYPES.has(type) ? { type, data: (data as { data: AlertEvent }).data } : undefined
}

/** The row after an event; the same object if it changes nothing. Repeated events end in the same row. */
export function applyNews(alert: AlertItem, { type, data }: AlertNews): AlertItem {
  if (alert.resolved_at !== null) return alert // an occurrence does not come back
  const { by = [], resolved_at, resolved_by } = data
  if (type === 'alert_resolved') return { ...alert, state: 'resolved', resolved_at, resolved_by, ...NO_MUTES }
  if (type === 'alert_firing') return { ...alert, state: 'firing', ...NO_MUTES }
  if (type === 'alert_silenced') {
    const { silenced_by, maintenance } = mutedBy(by)
    return { ...alert, state: 'suppressed', silenced_by, maintenance }
  }
  if (type === 'alert_inhibited') return { ...alert, state: 'suppressed', inhibited_by: by }
  return alert
}

const NO_MUTES = { silenced_by: [], inhibited_by: [], maintenance: [] }

/**
 * Whether an alert that is not in the list may belong to it; `perhaps` where only the server can tell. Ids are UUIDv7: a
 * lower one belongs to a later page or to an old event.
 */
export function isNews({ type, data }: AlertNews, filters: AlertFilters, newest: string): boolean | 'perhaps' {
  const adds = filters.state === 'resolved' ? 'alert_resolved' : 'alert_created'
  if (type !== adds || (adds === 'alert_created' && data.id <= newest)) return false
  if (filters.source !== '' && !filters.source.split(',').includes(data.source)) return false
  const met = filters.filter.map(text => {
    const matcher = parseMatcher(text)
    return matcher ? meets(data.labels, matcher) : undefined
  })
  if (met.includes(false)) return false
  return met.includes(undefined) || filters.q !== '' || filters.state === 'suppressed' ? 'perhaps' : true
}

export interface Applied {
  items: AlertItem[]
  /** Alerts that the list lacks, and whether all of them belong to it for certain. */
  added: number
  isExact: boolean
  /** Rows that have changed; what mutes them is read again. */
  changed: number
}

/** Applies the news of a frame to the list. Rows that no longer match stay until the list is read again. */
export function applyToAlerts(alerts: AlertItem[], news: readonly AlertNews[], filters: AlertFilters): Applied {
  const places = new Map(alerts.map((alert, at) => [alert.id, at]))
  const newest = alerts[0]?.id ?? ''
  const added = new Set<string>()
  const applied: Applied = { items: alerts, added: 0, isExact: true, changed: 0 }
  for (const each of news) {
    const at = places.get(each.data.id)
    const known = at === undefined ? undefined : applied.items[at]
    if (at === undefined || !known) {
      const belongs = isNews(each, filters, newest)
      if (belongs === false) continue
      added.add(each.data.id)
      applied.isExact &&= belongs === true
      continue
    }
    const next = applyNews(known, each)
    if (next === known) continue
    if (applied.items === alerts) applied.items = [...alerts]
    applied.items[at] = next
    applied.changed += 1
  }
  applied.added = added.size
  return applied
}
